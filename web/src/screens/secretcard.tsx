import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState } from "react";
import { w } from "../accesswords";
import { endOverlap, rotateSecret, secretsQuery, type Owner, type Rotated, type SecretRow } from "../api/secrets";
import { readSecrets } from "../api/session";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { Confirm, Dialog } from "../ui/dialog";
import { Select } from "../ui/select";
import { Failure, messageOf, Notice, Skeleton } from "../ui/state";
import { Time, when } from "../ui/time";

/** How long a secret stays readable on the screen, in seconds. */
const shownFor = 30;

/** How long the old secret goes on working, in minutes. */
const overlaps = [
  { value: "0", text: w.secrets.overlaps.none },
  { value: "60", text: w.secrets.overlaps.hour },
  { value: "1440", text: w.secrets.overlaps.day },
  { value: "10080", text: w.secrets.overlaps.week },
  { value: "43200", text: w.secrets.overlaps.month },
];

async function valueOf(owner: Owner): Promise<string> {
  const secrets = await readSecrets();
  return owner === "user" ? secrets.userSecret : secrets.organizationSecret;
}

/** One secret: shown for a moment, copied, rotated. While an old one still works, that is said, and it can be ended. */
export function SecretCard({ owner, canRotate }: { owner: Owner; canRotate: boolean }) {
  const client = useQueryClient();
  const list = useQuery(secretsQuery(owner));
  const [shown, setShown] = useState("");
  const [left, setLeft] = useState(0);
  const [rotating, setRotating] = useState(false);
  const [ending, setEnding] = useState(false);
  const end = useMutation({
    mutationFn: () => endOverlap(owner),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["secrets"] });
      announce(w.secrets.ended);
      setEnding(false);
    },
  });

  useEffect(() => {
    if (!shown) return;
    const timer = window.setInterval(() => setLeft((now) => now - 1), 1000);
    return () => window.clearInterval(timer);
  }, [shown]);
  useEffect(() => {
    if (left <= 0) setShown("");
  }, [left]);

  async function toggle() {
    if (shown) return setShown("");
    try {
      setShown(await valueOf(owner));
      setLeft(shownFor);
    } catch (error) {
      announce(messageOf(error), "bad");
    }
  }

  const name = w.secrets.names[owner];
  const current = list.data?.find((row) => row.current);
  const old = list.data?.find((row) => !row.current);
  return (
    <div className="flex flex-col gap-3 px-4 py-4 sm:px-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h3 className="font-medium">{name}</h3>
        <div className="flex flex-wrap items-center gap-2">
          <Button small aria-label={shown ? t.field.hide(w.secrets.copied[owner]) : t.field.show(w.secrets.copied[owner])} aria-pressed={Boolean(shown)} onPress={() => void toggle()}>
            {shown ? <EyeOff size={15} /> : <Eye size={15} />}
            {shown ? w.secrets.hide : w.secrets.show}
          </Button>
          <CopyButton labelled text={() => valueOf(owner)} what={w.secrets.copied[owner]} />
          {canRotate ? (
            <Button small aria-label={w.secrets.rotateThis[owner]} onPress={() => setRotating(true)}>
              {w.secrets.rotate}
            </Button>
          ) : null}
        </div>
      </div>
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-md border border-line bg-sunken px-3 py-1.5">
        <code className="min-w-0 break-all text-sm" data-testid={`${owner}-secret`}>
          {shown || "•".repeat(24)}
        </code>
        {shown ? <span className="text-sm text-muted">{w.secrets.hides(left)}</span> : null}
      </div>
      {list.isPending ? (
        <Skeleton className="h-5 w-64" />
      ) : list.isError ? (
        <Failure error={list.error} what={w.secrets.what} retry={() => void list.refetch()} />
      ) : (
        <p className="flex flex-wrap gap-x-6 gap-y-1 text-sm text-muted">
          <span>
            {w.secrets.created}: <Time date={current?.createdDate} none={w.secrets.unknown} />
          </span>
          <span>
            {w.secrets.lastUsed}: <Time date={current?.lastUsedDate} none={w.secrets.unused} />
          </span>
          {canRotate ? null : <span>{w.secrets.notAllowed}</span>}
        </p>
      )}
      {old ? <Old row={old} onEnd={canRotate ? () => setEnding(true) : undefined} /> : null}
      {rotating ? (
        <Rotate
          owner={owner}
          onClose={() => {
            setRotating(false);
            setShown("");
          }}
        />
      ) : null}
      <Confirm
        open={ending}
        title={w.secrets.endTitle}
        text={w.secrets.endText}
        action={w.secrets.end}
        pending={end.isPending}
        error={end.isError ? messageOf(end.error) : undefined}
        onConfirm={() => end.mutate()}
        onClose={() => {
          end.reset();
          setEnding(false);
        }}
      />
    </div>
  );
}

function Old({ row, onEnd }: { row: SecretRow; onEnd?: () => void }) {
  return (
    <Notice tone="warn">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p>
          {w.secrets.old(row.validUntil ? when(row.validUntil) : w.secrets.unknown)} {row.lastUsedDate ? w.secrets.oldUsed(when(row.lastUsedDate)) : null}
        </p>
        {onEnd ? (
          <Button small onPress={onEnd}>
            {w.secrets.end}
          </Button>
        ) : null}
      </div>
    </Notice>
  );
}

function Rotate({ owner, onClose }: { owner: Owner; onClose: () => void }) {
  const client = useQueryClient();
  const [minutes, setMinutes] = useState("1440");
  const [made, setMade] = useState<Rotated>();
  const rotate = useMutation({
    mutationFn: () => rotateSecret(owner, Number(minutes)),
    onSuccess: (rotated) => {
      setMade(rotated);
      void client.invalidateQueries({ queryKey: ["secrets"] });
    },
  });
  if (made) {
    return (
      <Dialog open onClose={onClose} title={w.secrets.doneTitle} keepOpen>
        <p className="text-muted" role="status">
          {made.previousValidUntil ? w.secrets.done(when(made.previousValidUntil)) : w.secrets.doneAtOnce}
        </p>
        <NewValue value={made.secret} label={w.secrets.names[owner]} what={w.secrets.copied[owner]} />
        <div className="flex justify-end">
          <Button look="primary" autoFocus onPress={onClose}>
            {w.close}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={w.secrets.rotateTitle[owner]} keepOpen>
      <p className="text-muted">{w.secrets.warning[owner]}</p>
      <Select label={w.secrets.overlap} choices={overlaps} value={minutes} onChange={setMinutes} />
      {minutes === "0" ? <Notice tone="warn">{w.secrets.atOnce}</Notice> : null}
      {rotate.isError ? (
        <p role="alert" className="break-words text-bad">
          {messageOf(rotate.error)}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t.cancel}</Button>
        <Button look="danger" isPending={rotate.isPending} onPress={() => rotate.mutate()}>
          {w.secrets.rotate}
        </Button>
      </div>
    </Dialog>
  );
}

/** A value that was just made, in clear, with a button that copies it. */
export function NewValue({ value, label, what }: { value: string; label: string; what: string }) {
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-md border border-line bg-sunken px-3 py-2">
      <code className="min-w-0 flex-1 basis-48 break-all text-sm" aria-label={label}>
        {value}
      </code>
      <CopyButton labelled text={value} what={what} />
    </div>
  );
}
