import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { paint } from "./brand";
import type { Facts } from "./facts";
import { Page } from "./page";
import "../styles.css";

const root = document.getElementById("root") as HTMLElement;
const facts = JSON.parse(root.dataset.facts ?? "{}") as Facts;
paint(facts.brand?.color);

createRoot(root).render(
  <StrictMode>
    <Page facts={facts} />
  </StrictMode>,
);
