import { useSession } from "../api/session";
import { usePlace } from "../place";
import { w } from "../settingswords";
import { t } from "../strings";
import { Head } from "../ui/section";
import { LimitList } from "./limitlist";

/** The limits of the account of the person signed in. */
export default function Limits() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.limits.title });
  const account = useSession().data?.account;
  return (
    <>
      <Head title={w.limits.title} text={w.limits.lead} />
      <LimitList account="me" name={account?.name ?? ""} />
    </>
  );
}
