import { Link, type LinkProps } from "react-router";
import { buttonClass, type Look } from "./button";

/** A link that looks like a button. It is apart from the buttons: the page of connect links needs no router. */
export function ButtonLink({ look, small, icon, className, ...rest }: LinkProps & Look) {
  return <Link {...rest} className={buttonClass({ look, small, icon }, className)} />;
}
