import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Text } from "react-aria-components/Text";
import { FieldError, RequiredMark } from "./field";

export interface Choice {
  value: string;
  text: string;
}

interface SelectProps {
  label: string;
  choices: Choice[];
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  error?: string;
  required?: boolean;
  hideLabel?: boolean;
  placeholder?: string;
  className?: string;
}

/** Picks one of a few. */
export function Select(props: SelectProps) {
  return (
    <AriaSelect
      value={props.value || null}
      onChange={(key) => props.onChange(String(key ?? ""))}
      isRequired={props.required}
      isInvalid={Boolean(props.error)}
      validationBehavior="aria"
      aria-label={props.hideLabel ? props.label : undefined}
      className={`flex flex-col gap-1.5 ${props.className ?? ""}`}
      placeholder={props.placeholder}
    >
      {props.hideLabel ? null : (
        <Label className="label">
          {props.label}
          {props.required ? <RequiredMark /> : null}
        </Label>
      )}
      <AriaButton className="control flex cursor-pointer items-center gap-2 text-left" data-invalid={props.error ? true : undefined}>
        <SelectValue className="min-w-0 flex-1 truncate data-[placeholder]:text-muted">
          {({ defaultChildren, selectedText }) => selectedText || defaultChildren}
        </SelectValue>
        <ChevronDown size={16} className="flex-none text-muted" aria-hidden="true" />
      </AriaButton>
      {props.error ? (
        <Text slot="errorMessage">
          <FieldError>{props.error}</FieldError>
        </Text>
      ) : null}
      {props.help ? (
        <Text slot="description" className="help">
          {props.help}
        </Text>
      ) : null}
      <Popover offset={4} className="popover appear max-h-80! min-w-(--trigger-width)">
        <ListBox items={props.choices} className="p-1.5 outline-none">
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.text} className="option">
              {({ isSelected }) => (
                <>
                  <span className="flex-1">{choice.text}</span>
                  {isSelected ? <Check size={15} aria-hidden="true" /> : null}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
