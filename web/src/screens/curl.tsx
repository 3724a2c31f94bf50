import { useState } from "react";
import { readSecrets } from "../api/session";
import { curl } from "../api/tryit";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { CommandLine } from "../ui/code";
import { CopyButton } from "../ui/copy";
import { messageOf } from "../ui/state";

const dots = "••••••••";

/** The same call as a command line. Secrets are asked for only when they are shown or copied. */
export function Curl({ method, path, token, body = "" }: { method: string; path: string; token: string; body?: string }) {
  const [shown, setShown] = useState<string>();

  async function full(): Promise<string> {
    const secrets = await readSecrets();
    return curl(window.location.origin, method, path, { user: secrets.userSecret, organization: secrets.organizationSecret, element: token }, body);
  }

  async function toggle() {
    if (shown !== undefined) return setShown(undefined);
    try {
      setShown(await full());
    } catch (error) {
      announce(messageOf(error), "bad");
    }
  }

  const masked = curl(window.location.origin, method, path, { user: dots, organization: dots, element: dots }, body);
  return (
    <div className="flex flex-col gap-2">
      <CommandLine text={shown ?? masked} label={w.created.curl} />
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton text={full} what={t.copy.curl} labelled />
        <Button small look="quiet" onPress={() => void toggle()}>
          {shown === undefined ? w.created.showSecrets : w.created.hideSecrets}
        </Button>
        <span className="help">{w.created.curlHelp}</span>
      </div>
    </div>
  );
}
