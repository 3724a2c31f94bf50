import { useState } from "react";
import { useSession } from "../api/session";
import { t } from "../strings";
import { Mark } from "./mark";

/** The organization's logo, or the product's mark and name where it has none. `small` is for where only a mark has room. */
export function BrandLogo({ small }: { small?: boolean }) {
  const session = useSession().data;
  const logo = session?.branding?.logo;
  const [broken, setBroken] = useState("");
  if (!logo || broken === logo) {
    return (
      <>
        <Mark size={24} />
        {small ? null : <span className="hidden text-lg font-semibold tracking-tight lg:block">{t.product}</span>}
      </>
    );
  }
  return (
    <span className="grid h-9 min-w-9 place-items-center overflow-hidden rounded-sm bg-(--jf-logo-ground,transparent) px-1.5 max-lg:px-1">
      <img
        src={logo}
        alt={session?.organization?.name ?? t.product}
        height={28}
        className={`h-7 object-contain object-left ${small ? "max-w-24" : "max-w-10 lg:max-w-40"}`}
        onError={() => setBroken(logo)}
      />
    </span>
  );
}
