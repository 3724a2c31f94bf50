import { useQuery } from "@tanstack/react-query";
import { Mail as MailIcon } from "lucide-react";
import { useState } from "react";
import { w } from "../accesswords";
import { mailQuery, mailsQuery, type Mail, type MailStatus } from "../api/mails";
import { usePlace } from "../place";
import { t } from "../strings";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { Head } from "../ui/section";
import { Blank, Failure, Loading, Notice, Skeleton } from "../ui/state";
import { Time, when } from "../ui/time";

const looks: Record<MailStatus, string> = {
  sent: "bg-good-soft text-good",
  waiting: "bg-warn-soft text-warn",
  failed: "bg-bad-soft text-bad",
  outbox: "bg-sunken text-muted",
};

/** The letters that the server wrote, and what became of them. */
export default function Mails() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.mails.title });
  const list = useQuery(mailsQuery);
  const [open, setOpen] = useState<Mail>();
  return (
    <>
      <Head title={w.mails.title} text={w.mails.lead} />
      {list.isPending ? (
        <Loading>
          <Skeleton className="h-64" />
        </Loading>
      ) : list.isError ? (
        <Failure error={list.error} what={w.mails.what} retry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <Blank icon={<MailIcon size={20} />} title={w.mails.emptyTitle} text={w.mails.empty} />
      ) : (
        <div className="panel overflow-hidden">
          <table className="grid-table" aria-label={w.mails.title}>
            <thead>
              <tr>
                <th scope="col">{w.mails.subject}</th>
                <th scope="col" className="max-sm:hidden">
                  {w.mails.to}
                </th>
                <th scope="col">{w.mails.state}</th>
                <th scope="col" className="max-md:hidden">
                  {w.mails.written}
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((mail) => (
                <Line key={mail.id} mail={mail} onOpen={() => setOpen(mail)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open ? <Letter mail={open} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}

function Line({ mail, onOpen }: { mail: Mail; onOpen: () => void }) {
  return (
    <tr>
      <td className="w-[50%] max-w-0 max-sm:w-full">
        <div className="py-1.5">
          <button
            type="button"
            className="block max-w-full cursor-pointer truncate rounded-sm text-left font-medium underline-offset-2 hover:text-accent hover:underline"
            aria-label={w.mails.open(mail.subject)}
            onClick={onOpen}
          >
            {mail.subject}
          </button>
          <p className="truncate text-sm text-muted sm:hidden">{mail.to}</p>
          <p className="text-sm text-muted md:hidden">
            <Time date={mail.createdDate} none="" />
          </p>
        </div>
      </td>
      <td className="max-w-0 truncate text-muted max-sm:hidden" title={mail.to}>
        {mail.to}
      </td>
      <td className="w-px">
        <State status={mail.status} />
      </td>
      <td className="w-px whitespace-nowrap text-muted max-md:hidden">
        <Time date={mail.createdDate} none="" />
      </td>
    </tr>
  );
}

function State({ status }: { status: MailStatus }) {
  return (
    <span className={`inline-flex h-[22px] items-center whitespace-nowrap rounded-full px-2.5 text-xs font-medium ${looks[status] ?? looks.outbox}`}>
      {w.mails.states[status] ?? status}
    </span>
  );
}

function Letter({ mail, onClose }: { mail: Mail; onClose: () => void }) {
  const whole = useQuery(mailQuery(mail.id));
  const status = whole.data?.status ?? mail.status;
  const error = whole.data?.error ?? mail.error;
  return (
    <Dialog open onClose={onClose} title={mail.subject} wide>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <span className="min-w-0 break-words">
          {w.mails.to}: {mail.to}
        </span>
        <Time date={mail.createdDate} none="" />
        <State status={status} />
      </div>
      <Notice tone={status === "failed" ? "bad" : "info"}>
        {w.mails.help[status]?.(mail.sentDate ? when(mail.sentDate) : "")} {error ? <span className="break-words">{error}</span> : null}
      </Notice>
      {whole.isPending ? (
        <Loading>
          <Skeleton className="h-40" />
        </Loading>
      ) : whole.isError ? (
        <Failure error={whole.error} what={w.mails.whatOne} retry={() => void whole.refetch()} />
      ) : !whole.data.text ? (
        <p className="text-muted">{w.mails.hidden(whole.data.textHidden ?? "")}</p>
      ) : (
        <pre tabIndex={0} aria-label={mail.subject} className="max-h-[50dvh] overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken px-4 py-3 font-sans! text-base">
          {whole.data.text}
        </pre>
      )}
      <div className="flex justify-end gap-2">
        {whole.data?.text ? <CopyButton labelled text={whole.data.text} what={w.mails.whatOne} /> : null}
        <Button look="primary" autoFocus onPress={onClose}>
          {w.close}
        </Button>
      </div>
    </Dialog>
  );
}
