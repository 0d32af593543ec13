import type { ComponentChildren } from 'preact'

export interface Column<R> {
  readonly title: string
  readonly cell: (row: R) => ComponentChildren
  /** Says which row it is: the others belong to it. */
  readonly isHeading?: boolean
  /** Stands at the end of its column. */
  readonly isNumber?: boolean
}

interface TableProps<R> {
  /** What it is a table of, for screen readers. */
  readonly label: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  readonly testid?: string
  readonly rowTestid?: string
}

/** Rows by column; on a narrow screen each row becomes a card whose lines bear their column's title. */
export function Table<R>({ label, columns, rows, keyOf, testid, rowTestid }: TableProps<R>) {
  return (
    <div class="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="table" data-testid={testid}>
        <caption class="hidden">{label}</caption>
        <thead><tr>{columns.map((column) => <th key={column.title} scope="col" class={column.isNumber === true ? 'number-cell' : ''}>{column.title}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-testid={rowTestid} data-row={keyOf(row)}>
              {columns.map((column) => (column.isHeading === true
                ? <th key={column.title} scope="row" data-title={column.title}>{column.cell(row)}</th>
                : <td key={column.title} data-title={column.title} class={column.isNumber === true ? 'number-cell' : ''}>{column.cell(row)}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
