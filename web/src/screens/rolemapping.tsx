import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { w } from "../accesswords";
import { rolesQuery } from "../api/roles";
import { Button } from "../ui/button";
import { FieldError, TextField } from "../ui/field";
import { Select } from "../ui/select";
import type { MappingRow } from "./providerform";

/** Rows of group and role. */
export function RoleMapping({ rows, onChange, showGaps }: { rows: MappingRow[]; onChange: (rows: MappingRow[]) => void; showGaps: boolean }) {
  const roles = useQuery(rolesQuery);
  const last = useRef(rows.length);
  const choices = (roles.data ?? []).filter((role) => !role.hide).map((role) => ({ value: role.key, text: role.name }));
  const known = (role: string) => (choices.some((choice) => choice.value === role) || !role ? choices : [...choices, { value: role, text: role }]);
  const change = (id: number, part: Partial<MappingRow>) => onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="label mb-1">{w.signOn.mapping}</legend>
      <p className="help">{w.signOn.mappingHelp}</p>
      {rows.map((row) => (
        <div key={row.id} className="flex flex-col gap-1.5">
          <div className="flex items-end gap-2">
            <TextField className="min-w-0 flex-1" label={w.signOn.group} value={row.group} onChange={(group) => change(row.id, { group })} maxLength={255} autoFocus={!row.group} />
            <Select className="min-w-0 flex-1" label={w.signOn.role} placeholder={w.signOn.chooseRole} choices={known(row.role)} value={row.role} onChange={(role) => change(row.id, { role })} />
            <Button look="quiet" icon aria-label={w.signOn.removeRow(row.group)} onPress={() => onChange(rows.filter((other) => other.id !== row.id))}>
              <X size={16} />
            </Button>
          </div>
          {showGaps && (!row.group.trim() || !row.role) ? <FieldError>{w.signOn.rowGap}</FieldError> : null}
        </div>
      ))}
      <div>
        <Button small onPress={() => onChange([...rows, { id: ++last.current, group: "", role: "" }])}>
          <Plus size={15} aria-hidden="true" />
          {w.signOn.addRow}
        </Button>
      </div>
    </fieldset>
  );
}
