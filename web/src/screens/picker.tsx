import { ChevronDown } from "lucide-react";
import { useRef } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { ComboBox } from "react-aria-components/ComboBox";
import { Group } from "react-aria-components/Group";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import type { Resource } from "../api/connectors";
import { resourceId, shortPath } from "../api/tryit";
import { w } from "../connectorwords";

interface PickerProps {
  resources: Resource[];
  value: Resource;
  onChange: (resource: Resource) => void;
}

/** Finds one of many resources by typing part of its method or path. A click opens the list; passing by with Tab does not. */
export function ResourcePicker({ resources, value, onChange }: PickerProps) {
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <ComboBox
      defaultItems={resources.map((resource) => ({ id: resourceId(resource), resource }))}
      defaultSelectedKey={resourceId(value)}
      onSelectionChange={(key) => {
        const picked = resources.find((resource) => resourceId(resource) === key);
        if (picked) onChange(picked);
      }}
      className="flex flex-col gap-1.5"
    >
      <Label className="label">{w.tryIt.resource}</Label>
      <Group className="control flex items-center gap-2 py-0! pr-1!">
        <Input
          className="h-[34px] min-w-0 flex-1 bg-transparent font-mono text-sm outline-none!"
          placeholder={w.tryIt.resourcePlaceholder}
          spellCheck={false}
          onFocus={(event) => event.target.select()}
          onClick={(event) => {
            if (event.currentTarget.getAttribute("aria-expanded") !== "true") opener.current?.click();
          }}
        />
        <AriaButton ref={opener} className="btn btn-quiet btn-small btn-icon" aria-label={w.tryIt.allResources}>
          <ChevronDown size={16} aria-hidden="true" />
        </AriaButton>
      </Group>
      <Popover offset={4} className="popover appear max-h-96! w-(--trigger-width)">
        <ListBox className="p-1.5 outline-none">
          {({ id, resource }: { id: string; resource: Resource }) => (
            <ListBoxItem id={id} textValue={`${resource.method} ${shortPath(resource.path)}`} className="option font-mono text-sm">
              <Method method={resource.method} />
              <span className="min-w-0 break-all">{shortPath(resource.path)}</span>
              <span className="ml-auto truncate pl-4 font-sans font-normal text-muted max-sm:hidden">{resource.description}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/** The method of a resource in a column of its own. */
export function Method({ method }: { method: string }) {
  return <span className={`w-14 flex-none text-xs font-semibold ${method === "GET" ? "text-accent" : "text-muted"}`}>{method}</span>;
}
