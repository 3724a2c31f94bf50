import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BookOpen, Copy, Download, EllipsisVertical, KeyRound, Link2, Power, PowerOff, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import {
  cloneConnector,
  connectorPath,
  deleteConnector,
  exportConnector,
  forgetConnectors,
  setConnectorActive,
  type ConnectorRow,
} from "../api/connectors";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Confirm } from "../ui/dialog";
import { saveFile } from "../ui/download";
import { Menu, MenuItem } from "../ui/menu";
import { messageOf } from "../ui/state";

const MakeLink = lazy(() => import("./makelink"));

interface ConnectorMenuProps {
  connector: ConnectorRow;
  /** Opens at once: it was loaded because somebody pressed for it. */
  defaultOpen?: boolean;
  /** What is left out because the page around shows it already. */
  without?: "authenticate" | "docs";
  onCloned?: (made: ConnectorRow) => void;
  onDeleted?: () => void;
}

/** What can be done with a connector. */
export default function ConnectorMenu({ connector, defaultOpen, without, onCloned, onDeleted }: ConnectorMenuProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [doomed, setDoomed] = useState(false);
  const [linking, setLinking] = useState(false);
  const active = connector.active !== false;
  const failed = (error: unknown) => announce(messageOf(error), "bad");

  const save = useMutation({
    mutationFn: () => exportConnector(connector),
    onSuccess: (text) => {
      saveFile(`${connector.key}.json`, text);
      announce(t.connector.exported(`${connector.key}.json`));
    },
    onError: failed,
  });
  const activate = useMutation({
    mutationFn: () => setConnectorActive(connector, !active),
    onSuccess: async () => {
      await forgetConnectors(client);
      announce(active ? t.connector.nowInactive(connector.name) : t.connector.nowActive(connector.name));
    },
    onError: failed,
  });
  const clone = useMutation({
    mutationFn: () => cloneConnector(connector),
    onSuccess: async (made) => {
      await forgetConnectors(client);
      announce(t.connector.cloned(connector.name, made.key));
      onCloned?.(made);
    },
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => deleteConnector(connector),
    onSuccess: async () => {
      setDoomed(false);
      announce(t.connector.deleted(connector.name));
      onDeleted?.();
      await forgetConnectors(client);
    },
  });

  return (
    <>
      <Menu
        label={t.connector.actionsFor(connector.name)}
        trigger={<EllipsisVertical size={16} />}
        icon
        defaultOpen={defaultOpen}
      >
        {active && without !== "authenticate" ? (
          <MenuItem
            text={t.connectors.authenticate}
            icon={<KeyRound size={16} aria-hidden="true" />}
            onAction={() => void navigate(`${connectorPath(connector)}/authenticate`)}
          />
        ) : null}
        {active ? (
          <MenuItem text={w.links.make} icon={<Link2 size={16} aria-hidden="true" />} onAction={() => setLinking(true)} />
        ) : null}
        {without === "docs" ? null : (
          <MenuItem
            text={t.connector.docs}
            icon={<BookOpen size={16} aria-hidden="true" />}
            onAction={() => void navigate(`${connectorPath(connector)}/docs`)}
          />
        )}
        <MenuItem text={t.connector.export} icon={<Download size={16} aria-hidden="true" />} onAction={() => save.mutate()} />
        {connector.private ? (
          <MenuItem
            text={active ? t.connector.deactivate : t.connector.activate}
            icon={active ? <PowerOff size={16} aria-hidden="true" /> : <Power size={16} aria-hidden="true" />}
            onAction={() => activate.mutate()}
          />
        ) : null}
        <MenuItem text={t.connector.clone} icon={<Copy size={16} aria-hidden="true" />} onAction={() => clone.mutate()} />
        {connector.private ? (
          <MenuItem
            danger
            text={t.connector.delete}
            icon={<Trash2 size={16} aria-hidden="true" />}
            onAction={() => setDoomed(true)}
          />
        ) : null}
      </Menu>
      {linking ? (
        <Suspense>
          <MakeLink connector={connector} onClose={() => setLinking(false)} />
        </Suspense>
      ) : null}
      <Confirm
        open={doomed}
        title={t.connector.deleteTitle(connector.name)}
        text={t.connector.deleteText(connector.key)}
        action={t.connector.delete}
        pending={remove.isPending}
        error={remove.isError ? messageOf(remove.error) : undefined}
        onConfirm={() => remove.mutate()}
        onClose={() => {
          remove.reset();
          setDoomed(false);
        }}
      />
    </>
  );
}
