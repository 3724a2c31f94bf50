import { createContext, useContext, useEffect } from "react";
import { t } from "./strings";

/** One step of the trail in the header. The last one is where the reader is. */
export interface Step {
  text: string;
  to?: string;
}

export const PlaceContext = createContext<(steps: Step[]) => void>(() => undefined);

/** Tells the header and the window's title where the reader is. */
export function usePlace(...steps: Step[]): void {
  const tell = useContext(PlaceContext);
  const words = JSON.stringify(steps);
  useEffect(() => {
    const trail = JSON.parse(words) as Step[];
    tell(trail);
    document.title = [...trail.map((step) => step.text).reverse(), t.product].join(" · ");
  }, [tell, words]);
}
