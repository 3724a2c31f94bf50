import { useSession } from "../api/session";
import { usePlace } from "../place";
import { w } from "../settingswords";
import { t } from "../strings";
import { LimitList } from "./limitlist";

/** The limits of the account of the person signed in. */
export default function Limits() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.limits.title });
  const account = useSession().data?.account;
  return (
    <>
      <div className="mb-5">
        <h1 className="text-xl font-semibold">{w.limits.title}</h1>
        <p className="text-muted">{w.limits.lead}</p>
      </div>
      <LimitList account="me" name={account?.name ?? ""} />
    </>
  );
}
