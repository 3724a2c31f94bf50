import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeySquare, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { w } from "../accesswords";
import { deleteProvider, providersQuery, type IdentityProvider } from "../api/providers";
import { usePlace } from "../place";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Head } from "../ui/section";
import { Blank, Failure, Loading, messageOf, Skeleton } from "../ui/state";
import { Tags } from "../ui/tags";
import { Provider } from "./provider";
import { providerName } from "./providerform";

/** The logins of others that people of the organization may come with. */
export default function SignOn() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.signOn.title });
  const client = useQueryClient();
  const list = useQuery(providersQuery);
  const [open, setOpen] = useState<IdentityProvider | "new">();
  const [doomed, setDoomed] = useState<IdentityProvider>();
  const remove = useMutation({
    mutationFn: (provider: IdentityProvider) => deleteProvider(provider.id),
    onSuccess: async (_, provider) => {
      await client.invalidateQueries({ queryKey: providersQuery.queryKey });
      announce(w.signOn.deleted(providerName(provider)));
      setDoomed(undefined);
    },
  });
  const add = (
    <Button look="primary" onPress={() => setOpen("new")}>
      {w.signOn.add}
    </Button>
  );
  return (
    <>
      <Head title={w.signOn.title} text={w.signOn.lead} actions={list.data?.length ? add : undefined} />
      {list.isPending ? (
        <Loading>
          <Skeleton className="h-64" />
        </Loading>
      ) : list.isError ? (
        <Failure error={list.error} what={w.signOn.what} retry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <Blank icon={<KeySquare size={20} />} title={w.signOn.emptyTitle} text={w.signOn.empty} action={add} />
      ) : (
        <div className="panel overflow-hidden">
          <table className="grid-table" aria-label={w.signOn.title}>
            <thead>
              <tr>
                <th scope="col">{w.signOn.name}</th>
                <th scope="col" className="max-md:hidden">
                  {w.signOn.domains}
                </th>
                <th scope="col" className="max-lg:hidden">
                  {w.signOn.newUsers}
                </th>
                <th scope="col">
                  <span className="sr-only">{t.instances.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((row) => (
                <tr key={row.id}>
                  <td className="w-[45%] max-w-0 max-md:w-full">
                    <div className="py-1.5">
                      <p className="truncate font-medium">{providerName(row)}</p>
                      <p className="truncate text-sm text-muted">{w.signOn.types[row.type]}</p>
                    </div>
                  </td>
                  <td className="max-md:hidden">
                    {row.emailDomains?.length ? <Tags tags={row.emailDomains} limit={3} /> : <span className="text-muted">{w.signOn.everyDomain}</span>}
                  </td>
                  <td className="w-px whitespace-nowrap text-muted max-lg:hidden">{row.justInTime ? w.signOn.jit : w.signOn.noJit}</td>
                  <td className="w-px">
                    <div className="flex justify-end gap-1">
                      <Button look="quiet" small icon aria-label={w.signOn.editThis(providerName(row))} onPress={() => setOpen(row)}>
                        <Pencil size={15} />
                      </Button>
                      <Button look="quiet" small icon aria-label={w.signOn.deleteThis(providerName(row))} onPress={() => setDoomed(row)}>
                        <Trash2 size={15} />
                      </Button>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open ? <Provider key={open === "new" ? 0 : open.id} provider={open === "new" ? undefined : open} onMade={setOpen} onClose={() => setOpen(undefined)} /> : null}
      <Confirm
        open={doomed !== undefined}
        title={w.signOn.deleteTitle(doomed ? providerName(doomed) : "")}
        text={w.signOn.deleteText}
        action={w.delete}
        pending={remove.isPending}
        error={remove.isError ? messageOf(remove.error) : undefined}
        onConfirm={() => {
          if (doomed) remove.mutate(doomed);
        }}
        onClose={() => {
          remove.reset();
          setDoomed(undefined);
        }}
      />
    </>
  );
}
