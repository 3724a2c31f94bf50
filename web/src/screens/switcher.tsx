import { useQuery } from "@tanstack/react-query";
import { Building2, Check } from "lucide-react";
import { Autocomplete, useFilter } from "react-aria-components/Autocomplete";
import { Button as AriaButton } from "react-aria-components/Button";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Input } from "react-aria-components/Input";
import { Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { SearchField } from "react-aria-components/SearchField";
import { accountsQuery } from "../api/accounts";
import { useChosen } from "../chosen";
import { t } from "../strings";
import { buttonClass } from "../ui/button";
import { messageOf } from "../ui/state";

/** Picks the account to look at, by its name. Comes when it is first wanted, so it is open from the start. */
export default function Switcher() {
  const [chosen, choose] = useChosen();
  const accounts = useQuery(accountsQuery);
  const { contains } = useFilter({ sensitivity: "base" });
  const active = (accounts.data ?? []).filter((account) => account.active);
  return (
    <DialogTrigger defaultOpen>
      <AriaButton autoFocus className={buttonClass({ look: chosen ? "soft" : "secondary" }, "switcher")} aria-label={t.switcher.label(chosen?.name)}>
        <Building2 size={16} className="flex-none" aria-hidden="true" />
        <span className="truncate max-sm:sr-only">{chosen?.name ?? t.switcher.none}</span>
      </AriaButton>
      <Popover placement="bottom end" offset={6} className="popover appear w-80 max-w-[calc(100vw-2rem)]">
        <Dialog aria-label={t.switcher.title} className="flex flex-col outline-none">
          {({ close }) => (
            <Autocomplete filter={contains}>
              <SearchField aria-label={t.switcher.search} autoFocus className="border-b border-line p-2">
                <Input className="control [&::-webkit-search-cancel-button]:hidden" placeholder={t.switcher.search} />
              </SearchField>
              {accounts.isError ? <p className="px-4 py-3 text-bad">{messageOf(accounts.error)}</p> : null}
              <Menu
                aria-label={t.switcher.title}
                className="flex max-h-80 flex-col overflow-auto p-1.5 outline-none"
                renderEmptyState={() => <p className="px-2.5 py-2 text-muted">{accounts.isPending ? t.loading : t.switcher.noMatch}</p>}
                selectionMode="single"
                selectedKeys={[chosen?.id ?? 0]}
                onAction={(key) => {
                  const next = active.find(({ id }) => id === Number(key));
                  choose(next && { id: next.id, name: next.name });
                  close();
                }}
              >
                {[{ id: 0, name: t.switcher.everything, externalId: "" }, ...active].map(({ id, name, externalId }) => (
                  <MenuItem key={id} id={id} textValue={[name, externalId].filter(Boolean).join(" ")} className="option">
                    {({ isSelected }) => (
                      <>
                        <span className="min-w-0 flex-1 truncate">{name}</span>
                        {externalId && externalId !== name ? <span className="max-w-32 truncate text-xs text-muted">{externalId}</span> : null}
                        {isSelected ? <Check size={15} className="flex-none" aria-hidden="true" /> : null}
                      </>
                    )}
                  </MenuItem>
                ))}
              </Menu>
            </Autocomplete>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
