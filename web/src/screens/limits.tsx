import { useSession } from "../api/session";
import { useChosen } from "../chosen";
import { usePlace } from "../place";
import { w } from "../settingswords";
import { t } from "../strings";
import { Head } from "../ui/section";
import { LimitList } from "./limitlist";

/** The limits of the account of the person signed in, or of the one that is looked at. */
export default function Limits() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.limits.title });
  const own = useSession().data?.account;
  const [chosen] = useChosen();
  return (
    <>
      <Head title={w.limits.title} text={chosen ? w.limits.leadOf(chosen.name) : w.limits.lead} />
      <LimitList key={chosen?.id} account={chosen?.id ?? "me"} name={chosen?.name ?? own?.name ?? ""} />
    </>
  );
}
