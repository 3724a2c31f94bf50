import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";

interface SortHeadProps {
  text: string;
  className?: string;
  sorted: false | "asc" | "desc";
  /** Without it the column is not sorted. */
  onSort?: () => void;
}

/** The head of a column, by which rows are sorted. */
export function SortHead({ text, className, sorted, onSort }: SortHeadProps) {
  const Arrow = sorted === "asc" ? ArrowUp : sorted === "desc" ? ArrowDown : ArrowUpDown;
  return (
    <th scope="col" className={className} aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}>
      {onSort ? (
        <button
          type="button"
          className="-mx-1.5 inline-flex h-7 cursor-pointer items-center gap-1.5 rounded-sm px-1.5 font-[550] hover:text-text"
          onClick={onSort}
        >
          {text}
          <Arrow size={13} className={sorted ? "" : "opacity-40"} aria-hidden="true" />
        </button>
      ) : (
        text
      )}
    </th>
  );
}
