import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, FileUp } from "lucide-react";
import { useMemo, useRef, useState, type DragEvent, type FormEvent } from "react";
import { statusOf } from "../api/client";
import { connectorPath, connectorsQuery, forgetConnectors, hubName, hubsQuery, setConnectorActive, type Connector } from "../api/connectors";
import { badKey, brokenJson, convert, decode, detect, draftOf, isForeign, maxImport, storeConnector, type Draft } from "../api/imports";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { Dialog } from "../ui/dialog";
import { FaultList } from "../ui/faults";
import { TextField } from "../ui/field";
import { messageOf, Notice } from "../ui/state";

/** Takes a connector, or a description of an API, and stores it as a private connector. */
export default function ImportConnector({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>();
  const [made, setMade] = useState<Connector>();
  return (
    <Dialog open wide onClose={onClose} title={made ? w.import.doneTitle(made.name) : w.import.title} keepOpen={!made}>
      {made ? (
        <Done connector={made} onClose={onClose} />
      ) : draft ? (
        <Review draft={draft} onBack={() => setDraft(undefined)} onMade={setMade} />
      ) : (
        <Source onDraft={setDraft} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** The first step: a file or a text, and what it is. */
function Source({ onDraft, onClose }: { onDraft: (draft: Draft) => void; onClose: () => void }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<File>();
  const [wrong, setWrong] = useState("");
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const kind = useMemo(() => detect(text), [text]);

  const read = useMutation({
    mutationFn: async () => {
      if (!kind) throw new Error("nothing to read");
      return isForeign(kind) ? convert(kind, file ?? text) : draftOf(kind as "json" | "yaml", text);
    },
    onSuccess: onDraft,
  });

  async function take(chosen: File | undefined) {
    if (!chosen) return;
    read.reset();
    setFile(undefined);
    setText("");
    if (chosen.size > maxImport) {
      setWrong(w.import.tooLarge(chosen.name, chosen.size, maxImport));
      return;
    }
    try {
      setText(decode(await chosen.arrayBuffer()));
      setFile(chosen);
      setWrong("");
    } catch {
      setWrong(w.import.unreadable(chosen.name));
    }
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (read.isPending) return;
    if (!text.trim()) setWrong(w.import.nothing);
    else if (!file && new Blob([text]).size > maxImport) setWrong(w.import.tooLarge(w.import.pasted, new Blob([text]).size, maxImport));
    else if (kind) read.mutate();
    else setWrong(brokenJson(text) ? w.import.brokenJson(brokenJson(text)) : w.import.unknown);
  }

  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={drop}
    >
      <p className="text-muted">{w.import.lead}</p>
      <div
        className={`flex flex-wrap items-center gap-x-4 gap-y-3 rounded-md border border-dashed px-4 py-4 transition-colors duration-100 ${
          over ? "border-accent bg-accent-soft" : "border-line-strong"
        }`}
      >
        <FileUp size={22} className="flex-none text-accent" aria-hidden="true" />
        <div className="min-w-0 flex-1 basis-40">
          <p className="truncate font-medium">{file ? file.name : w.import.drop}</p>
          <p className="text-sm text-muted">{file ? w.import.size(file.size) : w.import.limit(maxImport)}</p>
        </div>
        <Button autoFocus onPress={() => chooser.current?.click()}>
          {file ? w.import.chooseOther : w.import.choose}
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label={w.import.choose}
          accept=".json,.yaml,.yml,.wsdl,.xml,.edmx,.txt"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = ""; // the same file may be chosen again after it was mended
          }}
        />
      </div>
      {file ? null : (
        <TextField
          label={w.import.paste}
          name="text"
          lines={7}
          mono
          value={text}
          onChange={(value) => {
            setText(value);
            setWrong("");
            read.reset();
          }}
        />
      )}
      {wrong ? (
        <p role="alert" className="break-words text-bad">
          {wrong}
        </p>
      ) : kind ? (
        <p role="status" className="flex items-center gap-2">
          <CircleCheck size={16} className="flex-none text-good" aria-hidden="true" />
          {w.import.kinds[kind]}
        </p>
      ) : null}
      {read.isError ? <Refused error={read.error} title={w.import.notConverted} /> : null}
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t.cancel}</Button>
        <Button type="submit" look="primary" isPending={read.isPending}>
          {kind && isForeign(kind) ? w.import.convert : w.import.next}
        </Button>
      </div>
    </form>
  );
}

/** The second step: what will be stored, under which key. */
function Review({ draft, onBack, onMade }: { draft: Draft; onBack: () => void; onMade: (made: Connector) => void }) {
  const client = useQueryClient();
  const all = useQuery(connectorsQuery);
  const hubs = useQuery(hubsQuery);
  const [key, setKey] = useState(draft.key);
  const store = useMutation({
    mutationFn: () => storeConnector(draft, key.trim()),
    onSuccess: async (made) => {
      await forgetConnectors(client);
      onMade(made);
    },
  });
  const same = all.data?.filter((row) => row.key === key.trim()) ?? [];
  const error = !key.trim() ? t.field.required(w.import.key) : badKey(key.trim()) ? w.import.badKey : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!error && !store.isPending) store.mutate();
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
        <Row term={w.import.name}>{draft.name || "–"}</Row>
        {draft.hub ? <Row term={w.authenticate.hub}>{hubName(draft.hub, hubs.data)}</Row> : null}
        <Row term={w.authenticate.resources}>{draft.resources === undefined ? w.import.counted : draft.resources.toLocaleString("en")}</Row>
      </dl>
      {draft.description ? <p className="line-clamp-3 text-muted">{draft.description}</p> : null}
      <TextField
        label={w.import.key}
        name="key"
        value={key}
        onChange={(value) => {
          setKey(value);
          store.reset();
        }}
        required
        mono
        autoFocus
        maxLength={100}
        error={error}
        help={w.import.keyHelp}
      />
      {same.some((row) => row.private) ? (
        <Notice tone="warn">{w.import.taken}</Notice>
      ) : same.length ? (
        <Notice tone="warn">{w.import.hides}</Notice>
      ) : null}
      {draft.masked ? <Notice>{w.import.masked}</Notice> : null}
      {draft.notes.length ? (
        <details className="rounded-md border border-line">
          <summary className="cursor-pointer rounded-md px-3.5 py-2 font-medium">{w.import.notes(draft.notes.length)}</summary>
          <ul tabIndex={0} aria-label={w.import.notes(draft.notes.length)} className="flex max-h-52 flex-col gap-2 overflow-auto px-3.5 pb-3 text-sm">
            {draft.notes.map((note, index) => (
              <li key={index} className="break-words">
                {note.path ? <code className="block break-all">{note.path}</code> : null}
                {note.reason}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {store.isError ? <Refused error={store.error} title={w.import.notStored} /> : null}
      <div className="flex justify-end gap-2">
        <Button onPress={onBack}>{w.import.back}</Button>
        <Button type="submit" look="primary" isPending={store.isPending}>
          {w.import.store}
        </Button>
      </div>
    </form>
  );
}

/** The last step: it is stored, and what comes next. */
function Done({ connector, onClose }: { connector: Connector; onClose: () => void }) {
  const client = useQueryClient();
  const [active, setActive] = useState(connector.active !== false);
  const activate = useMutation({
    mutationFn: () => setConnectorActive(connector, true),
    onSuccess: async () => {
      setActive(true);
      await forgetConnectors(client);
      announce(t.connector.nowActive(connector.name));
    },
  });
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">{active ? w.import.doneActive(connector.key) : w.import.done(connector.key)}</p>
      {activate.isError ? <Refused error={activate.error} title={w.import.notActive} /> : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onPress={onClose}>{w.import.close}</Button>
        <ButtonLink to={`${connectorPath(connector)}/docs`}>{t.connector.docs}</ButtonLink>
        {active ? (
          <ButtonLink look="primary" to={`${connectorPath(connector)}/authenticate`}>
            {t.connectors.authenticate}
          </ButtonLink>
        ) : (
          <Button look="primary" autoFocus isPending={activate.isPending} onPress={() => activate.mutate()}>
            {t.connector.activate}
          </Button>
        )}
      </div>
    </div>
  );
}

function Refused({ error, title }: { error: Error; title: string }) {
  return <FaultList title={statusOf(error) === 403 ? w.import.forbidden : title} message={messageOf(error)} />;
}

function Row({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 break-words font-medium">{children}</dd>
    </>
  );
}
