import { useQueryClient } from "@tanstack/react-query";
import { BookOpen, CircleUserRound, IdCard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Header } from "react-aria-components/Header";
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Separator } from "react-aria-components/Separator";
import { useNavigate } from "react-router";
import { logOut, type Session } from "../api/session";
import { t } from "../strings";
import { currentTheme, setTheme, type Theme } from "../theme";
import { buttonClass } from "../ui/button";

const themes = [
  { theme: "system", text: t.account.system, Icon: Monitor },
  { theme: "light", text: t.account.light, Icon: Sun },
  { theme: "dark", text: t.account.dark, Icon: Moon },
] as const;

/** Who is signed in, the theme, and the way out. Comes when it is first wanted, so it is open from the start. */
export default function AccountMenu({ session }: { session: Session }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [theme, choose] = useState<Theme>(currentTheme);
  const { user, account, organization } = session;
  const address = session.branding?.documentationUrl ?? "";
  const documentation = /^https?:\/\//i.test(address) ? address : "";
  const name = [user?.firstName, user?.lastName].filter(Boolean).join(" ");
  const home = [organization?.name, account?.name].filter((word, i, all) => word && all.indexOf(word) === i).join(" · ");
  return (
    <MenuTrigger defaultOpen>
      <AriaButton autoFocus className={buttonClass({ look: "quiet", icon: true })} aria-label={t.account.menu}>
        <CircleUserRound size={20} />
      </AriaButton>
      <Popover placement="bottom end" offset={6} className="popover appear w-64">
        <div className="border-b border-line px-4 py-3">
          <p className="truncate font-semibold">{name || user?.email}</p>
          {name ? <p className="truncate text-sm text-muted">{user?.email}</p> : null}
          {home ? <p className="truncate text-sm text-muted">{home}</p> : null}
        </div>
        <AriaMenu aria-label={t.account.menu} className="flex flex-col p-1.5 outline-none">
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[theme]}
            onSelectionChange={(keys) => {
              const [next] = [...(keys as Set<Theme>)];
              if (!next) return;
              setTheme(next);
              choose(next);
            }}
          >
            <Header className="px-2.5 pb-1 pt-1.5 text-xs font-medium text-muted">{t.account.theme}</Header>
            {themes.map(({ theme: id, text, Icon }) => (
              <MenuItem key={id} id={id} textValue={text} className="option">
                <Icon size={16} aria-hidden="true" />
                {text}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className="mx-1.5 my-1.5 border-t border-line" />
          <MenuItem textValue={t.account.profile} className="option" onAction={() => void navigate("/profile")}>
            <IdCard size={16} aria-hidden="true" />
            {t.account.profile}
          </MenuItem>
          {documentation ? (
            <MenuItem textValue={t.account.documentation} className="option" href={documentation} target="_blank" rel="noreferrer">
              <BookOpen size={16} aria-hidden="true" />
              {t.account.documentation}
            </MenuItem>
          ) : null}
          <MenuItem textValue={t.account.signOut} className="option" onAction={() => void logOut(client)}>
            <LogOut size={16} aria-hidden="true" />
            {t.account.signOut}
          </MenuItem>
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
