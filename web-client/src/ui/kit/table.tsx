import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Icon } from '../icon.tsx'

export interface Column<R> {
  readonly title: string
  readonly cell: (row: R) => ComponentChildren
  /** Makes the cells of this column the headings of their rows. */
  readonly isHeading?: boolean
  /** Aligns the column to the end, as is usual for numbers. */
  readonly isNumber?: boolean
}

interface TableProps<R> {
  /** The table's name, which screen readers read. */
  readonly label: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  readonly testid?: string
  readonly rowTestid?: string
  /** Renders the details that appear below a row when its heading is pressed. Needs a column with `isHeading`. */
  readonly details?: (row: R) => ComponentChildren
}

/** A table. On a narrow page each row becomes a card, and each line of the card shows its column's title. */
export function Table<R>({ label, columns, rows, keyOf, testid, rowTestid, details }: TableProps<R>) {
  return (
    <div class="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="table" data-testid={testid}>
        <caption class="hidden">{label}</caption>
        <thead><tr>{columns.map((column) => <th key={column.title} scope="col" class={column.isNumber === true ? 'number-cell' : ''}>{column.title}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <Row key={keyOf(row)} row={row} id={keyOf(row)} columns={columns} testid={rowTestid} details={details} />)}</tbody>
      </table>
    </div>
  )
}

interface RowProps<R> {
  readonly row: R
  readonly id: string
  readonly columns: readonly Column<R>[]
  readonly testid: string | undefined
  readonly details: ((row: R) => ComponentChildren) | undefined
}

function Row<R>({ row, id, columns, testid, details }: RowProps<R>) {
  const [isOpen, setOpen] = useState(false)
  const below = useId()
  const heading = (column: Column<R>) => (details === undefined
    ? column.cell(row)
    : <button type="button" class="quiet row-toggle" aria-expanded={isOpen} aria-controls={isOpen ? below : undefined} onClick={() => setOpen(!isOpen)}><Icon name="next" size={16} /><span>{column.cell(row)}</span></button>)
  return (
    <>
      <tr data-testid={testid} data-row={id} class={isOpen ? 'is-open' : ''}>
        {columns.map((column) => (column.isHeading === true
          ? <th key={column.title} scope="row" data-title={column.title}>{heading(column)}</th>
          : <td key={column.title} data-title={column.title} class={column.isNumber === true ? 'number-cell' : ''}>{column.cell(row)}</td>))}
      </tr>
      {isOpen && details !== undefined && <tr class="row-details" id={below} data-of={id}><td colSpan={columns.length}>{details(row)}</td></tr>}
    </>
  )
}
