import { CircleAlert, CircleCheck, Link2, Link2Off } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { Logo } from "../ui/logo";
import { Mark } from "../ui/mark";
import { gaps, startValues, typed, visits, type Entry, type Facts } from "./facts";
import { Choose, YesNo } from "./fields";
import { w } from "./words";

/** How long the success is shown before the customer is taken back, in milliseconds. */
const pause = 1200;

interface Problem {
  title: string;
  text: string;
}

/** The page of a connect link: what is asked, what became of it, or why there is nothing to do. */
export function Page({ facts }: { facts: Facts }) {
  const [done, setDone] = useState<{ next: string }>();
  const [gone, setGone] = useState<Problem>();
  const connector = facts.connector?.name ?? "";
  const by = facts.by || w.somebody;
  const ask = facts.by || w.sender;

  useEffect(() => {
    if (connector) document.title = w.page(connector);
  }, [connector]);

  const end = gone ?? endOf(facts, ask);
  return (
    <Frame facts={facts}>
      {done || facts.state === "connected" ? (
        <Done facts={facts} connector={connector} by={by} next={done?.next ?? ""} />
      ) : end ? (
        <Says icon={<Link2Off size={22} />} title={end.title} text={end.text} />
      ) : (
        <Ask facts={facts} connector={connector} by={by} onDone={(next) => setDone({ next })} onGone={(text) => setGone({ title: w.deadTitle, text })} />
      )}
    </Frame>
  );
}

function endOf(facts: Facts, ask: string): Problem | undefined {
  switch (facts.state) {
    case "open":
    case "connected":
      return undefined;
    case "used":
      return { title: w.usedTitle, text: w.used(ask) };
    case "expired":
      return { title: w.expiredTitle, text: w.expired(ask) };
    case "dead":
      return { title: w.deadTitle, text: w.dead(ask) };
    case "unknown":
      return { title: w.unknownTitle, text: facts.problem?.includes("wait") ? facts.problem : w.unknown(ask) };
    case "lost":
      return { title: w.lostTitle, text: w.lost };
    default:
      return { title: w.failureTitle, text: w.failure };
  }
}

/** The card that everything stands on, with who asks above it. */
function Frame({ facts, children }: { facts: Facts; children: ReactNode }) {
  const [broken, setBroken] = useState(false);
  const name = facts.by ?? "";
  return (
    <div className="grid min-h-dvh place-items-start px-4 py-6 sm:place-items-center sm:py-12">
      <main className="panel w-full max-w-[480px] overflow-hidden">
        <div className="h-1 bg-(--jf-brand,var(--jf-accent))" aria-hidden="true" />
        <header className="flex min-h-16 items-center gap-3 border-b border-line px-6 py-4">
          {facts.brand?.logo && !broken ? (
            <img src={facts.brand.logo} alt={name} className="h-8 max-w-48 object-contain object-left" height={32} onError={() => setBroken(true)} />
          ) : (
            <>
              {facts.brand?.name ? null : <Mark size={24} />}
              <span className="min-w-0 truncate text-lg font-semibold">{name}</span>
            </>
          )}
        </header>
        {children}
      </main>
    </div>
  );
}

function Says({ icon, title, text, action, good }: { icon: ReactNode; title: string; text: string; action?: ReactNode; good?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center" role="status">
      <span className={`grid size-12 place-items-center rounded-full ${good ? "bg-good-soft text-good" : "bg-sunken text-muted"}`} aria-hidden="true">
        {icon}
      </span>
      <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold outline-none!">
        {title}
      </h1>
      <p className="max-w-sm break-words text-muted">{text}</p>
      {action}
    </div>
  );
}

function Done({ facts, connector, by, next }: { facts: Facts; connector: string; by: string; next: string }) {
  useEffect(() => {
    if (!next) return;
    const timer = window.setTimeout(() => window.location.assign(next), pause);
    return () => window.clearTimeout(timer);
  }, [next]);
  const host = facts.returnHost || window.location.hostname;
  return (
    <Says
      good
      icon={<CircleCheck size={24} />}
      title={w.doneTitle(connector)}
      text={next ? w.back(host) : w.done(by)}
      action={
        next ? (
          <a href={next} className="btn btn-secondary mt-1">
            {w.backNow}
          </a>
        ) : undefined
      }
    />
  );
}

interface AskProps {
  facts: Facts;
  connector: string;
  by: string;
  onDone: (next: string) => void;
  onGone: (why: string) => void;
}

function Ask({ facts, connector, by, onDone, onGone }: AskProps) {
  const entries = facts.entries ?? [];
  const [values, setValues] = useState(() => startValues(entries));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(() =>
    facts.denied
      ? { title: w.deniedTitle, text: w.denied(connector) }
      : facts.problem
        ? { title: w.failedTitle(connector), text: facts.problem }
        : undefined,
  );
  const form = useRef<HTMLFormElement>(null);
  const away = visits(facts, values);
  const needed = entries.filter((entry) => entry.required);
  const optional = entries.filter((entry) => !entry.required);

  // Who comes back with the browser's own button finds the page as it was when it was left: waiting.
  useEffect(() => {
    const back = (event: PageTransitionEvent) => event.persisted && setPending(false);
    window.addEventListener("pageshow", back);
    return () => window.removeEventListener("pageshow", back);
  }, []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    const missing = Object.fromEntries(gaps(entries, values).map((entry) => [entry.key, `${entry.name} is required.`]));
    setErrors(missing);
    setProblem(undefined);
    if (Object.keys(missing).length) {
      window.requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setPending(true);
    const answer = await post(window.location.pathname + (away ? "/visit" : ""), { configuration: typed(entries, values) });
    if (answer.status === 410) {
      onGone(answer.message);
      return;
    }
    if (answer.status !== 200) {
      setPending(false);
      setProblem({ title: w.failedTitle(connector), text: answer.message });
      return;
    }
    if (away) window.location.assign(answer.url);
    else onDone(answer.next);
  }

  function set(key: string, value: string) {
    setValues((now) => ({ ...now, [key]: value }));
    setErrors(({ [key]: _, ...rest }) => rest);
  }

  const field = (entry: Entry, first: boolean) => (
    <Field key={entry.key} entry={entry} first={first} value={values[entry.key] ?? ""} error={errors[entry.key]} onChange={(value) => set(entry.key, value)} />
  );

  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-5 px-6 py-6">
      <div className="flex items-start gap-4">
        <Logo connectorKey={facts.logo ?? ""} name={connector} size={48} />
        <div className="min-w-0">
          <h1 className="break-words text-xl font-semibold">{facts.again ? w.titleAgain(by, connector) : w.title(by, connector)}</h1>
          <p className="mt-1 text-muted">{away ? w.visit(by, connector) : w.keys(connector)}</p>
        </div>
      </div>
      {problem ? (
        <div role="alert" className="flex items-start gap-2.5 rounded-md bg-bad-soft px-3.5 py-3 text-bad">
          <CircleAlert size={16} className="mt-0.5 flex-none" aria-hidden="true" />
          <div className="min-w-0 break-words">
            <p className="font-semibold">{problem.title}</p>
            <p>{problem.text}</p>
          </div>
        </div>
      ) : null}
      {needed.map((entry, at) => field(entry, at === 0 && !problem))}
      {optional.length ? (
        <details className="border-t border-line pt-3">
          <summary className="cursor-pointer rounded-sm font-medium text-muted hover:text-text">{w.optional}</summary>
          <div className="flex flex-col gap-5 pt-4">{optional.map((entry) => field(entry, false))}</div>
        </details>
      ) : null}
      <Button type="submit" className="btn-brand w-full" look="primary" isPending={pending}>
        <Link2 size={16} aria-hidden="true" />
        {away ? w.go(connector) : w.connect}
      </Button>
      <span className="sr-only" role="status">
        {pending ? (away ? w.leaving(connector) : w.checking(connector)) : ""}
      </span>
      <p className="text-sm text-muted">
        {w.ends(facts.ends ?? "")} {w.unexpected}
      </p>
    </form>
  );
}

function Field(props: { entry: Entry; first: boolean; value: string; error?: string; onChange: (value: string) => void }) {
  const { entry, value, error, onChange } = props;
  const help = entry.description && entry.description !== entry.name ? entry.description : undefined;
  if (entry.type === "BOOLEAN" || entry.type === "BOOLEAN_YESNO") return <YesNo label={entry.name} help={help} value={value} onChange={onChange} />;
  if (entry.options?.length) return <Choose entry={entry} help={help} value={value} error={error} onChange={onChange} />;
  const long = entry.type === "TEXTAREA" || entry.type === "CODE_EDITOR";
  return (
    <TextField
      label={entry.name}
      name={entry.key}
      help={help}
      error={error}
      required={entry.required}
      secret={entry.secret && !long}
      autoComplete={entry.secret ? "new-password" : "off"}
      autoFocus={props.first}
      lines={long ? 4 : 1}
      mono={long}
      value={value}
      onChange={onChange}
    />
  );
}

interface Answer {
  status: number;
  message: string;
  url: string;
  next: string;
}

async function post(path: string, body: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    return { status: 0, message: w.unreachable, url: "", next: "" };
  }
  const said = (await response.json().catch(() => ({}))) as { message?: string; providerMessage?: string; url?: string; next?: string };
  const words = [said.message || w.status(response.status), said.providerMessage ? w.says(said.providerMessage) : ""].filter(Boolean).join(". ");
  return { status: response.status, message: words, url: said.url ?? "", next: said.next ?? "" };
}
