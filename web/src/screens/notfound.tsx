import { usePlace } from "../place";
import { t } from "../strings";
import { ButtonLink } from "../ui/buttonlink";
import { Blank } from "../ui/state";

/** For addresses that lead nowhere. */
export function NotFound() {
  usePlace({ text: t.notFound.title });
  return (
    <Blank
      title={t.notFound.title}
      text={t.notFound.text}
      action={<ButtonLink to="/connectors">{t.notFound.action}</ButtonLink>}
    />
  );
}
