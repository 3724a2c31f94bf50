import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState, type FormEvent } from "react";
import { connectorQuery, type Connector, type ConnectorRow } from "../api/connectors";
import { createLink, type MadeLink } from "../api/links";
import { w } from "../connectorwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { CopyButton } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { Select } from "../ui/select";
import { Failure, Loading, Skeleton } from "../ui/state";
import { TagField } from "../ui/tags";
import { Entry } from "./authenticate";
import { changedValues, formOf, startValues } from "./form";

const lives = [
  { value: "3600", text: w.links.lives.hour },
  { value: "86400", text: w.links.lives.day },
  { value: "604800", text: w.links.lives.week },
  { value: "2592000", text: w.links.lives.month },
];
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** Makes a connect link and shows its address, once. */
export default function MakeLink({ connector, onClose }: { connector: ConnectorRow; onClose: () => void }) {
  const whole = useQuery(connectorQuery(String(connector.id)));
  const [made, setMade] = useState<MadeLink>();
  return (
    <Dialog open onClose={onClose} title={made ? w.links.ready : w.links.dialog(connector.name)} wide keepOpen>
      {made ? (
        <Ready link={made} onClose={onClose} />
      ) : whole.isPending ? (
        <Loading>
          <Skeleton className="h-52" />
        </Loading>
      ) : whole.isError ? (
        <Failure error={whole.error} what={w.authenticate.what} retry={() => void whole.refetch()} />
      ) : (
        <Fields connector={whole.data} onMade={setMade} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Fields({ connector, onMade, onClose }: { connector: Connector; onMade: (link: MadeLink) => void; onClose: () => void }) {
  const client = useQueryClient();
  const [form] = useState(() => formOf(connector));
  const [values, setValues] = useState(() => startValues(form));
  const [name, setName] = useState("");
  const [missing, setMissing] = useState(false);
  const [tags, setTags] = useState<string[]>([]);
  const [redirectUrl, setRedirectUrl] = useState("");
  const [life, setLife] = useState("86400");
  const [more, setMore] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      createLink({
        element: { id: connector.id },
        name: name.trim(),
        tags,
        configuration: changedValues(form, values),
        redirectUrl: redirectUrl.trim() || undefined,
        expiresIn: Number(life),
      }),
    onSuccess: (link) => {
      void client.invalidateQueries({ queryKey: ["links"] });
      onMade(link);
    },
  });
  const entries = [...form.needed, ...form.optional];

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(!name.trim());
    if (name.trim() && !make.isPending) make.mutate();
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      <p className="text-muted">{w.links.help}</p>
      <TextField
        label={w.links.name}
        name="name"
        value={name}
        onChange={setName}
        required
        autoFocus
        maxLength={255}
        error={missing && !name.trim() ? t.field.required(w.links.name) : undefined}
      />
      <TagField tags={tags} onChange={setTags} />
      <TextField label={w.links.redirect} name="redirectUrl" inputMode="url" help={w.links.redirectHelp} value={redirectUrl} onChange={setRedirectUrl} />
      <Select label={w.links.expires} choices={lives} value={life} onChange={setLife} className="sm:max-w-52" />
      {entries.length ? (
        <div className="border-t border-line pt-3">
          <Button look="quiet" className="-ml-3" aria-expanded={more} aria-controls="preset-fields" onPress={() => setMore(!more)}>
            <ChevronRight size={16} className={`transition-[rotate] duration-100 ${more ? "rotate-90" : ""}`} aria-hidden="true" />
            {w.links.preset}
          </Button>
          <div id="preset-fields" hidden={!more} className={more ? "flex flex-col gap-5 pt-3" : ""}>
            {more ? (
              <>
                <p className="text-muted">{w.links.presetHelp}</p>
                {entries.map((entry) => (
                  <Entry
                    key={entry.key}
                    entry={{ ...entry, required: false }}
                    value={values[entry.key] ?? ""}
                    onChange={(value) => setValues((now) => ({ ...now, [entry.key]: value }))}
                  />
                ))}
              </>
            ) : null}
          </div>
        </div>
      ) : null}
      <FormEnd error={make.error} action={w.links.submit} pending={make.isPending} onClose={onClose} />
    </form>
  );
}

function Ready({ link, onClose }: { link: MadeLink; onClose: () => void }) {
  const at = Date.parse(link.expiresDate);
  return (
    <div className="flex flex-col gap-5">
      <p className="text-muted" role="status">
        {w.links.once(Number.isNaN(at) ? link.expiresDate : moment.format(at))}
      </p>
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken px-3 py-2">
        <code className="min-w-0 flex-1 break-all text-sm" aria-label={w.links.address}>
          {link.url}
        </code>
        <CopyButton labelled text={link.url} what={w.links.url} />
      </div>
      <div className="flex justify-end gap-2">
        <ButtonLink to="/instances/links" look="quiet">
          {w.links.all}
        </ButtonLink>
        <Button look="primary" autoFocus onPress={onClose}>
          {w.links.close}
        </Button>
      </div>
    </div>
  );
}
