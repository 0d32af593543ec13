// A `select` element whose change may fail. After a failure it shows the actual value again, not the chosen one.

import { useRef } from 'preact/hooks'

export interface Option<V extends string> {
  readonly value: V
  readonly label: string
}

export interface SelectControlProps<V extends string> {
  readonly value: V
  readonly options: readonly Option<V>[]
  /** May be asynchronous, and may fail. */
  readonly onChange: (value: V) => unknown
  readonly isDisabled?: boolean
  readonly testid?: string | undefined
}

/** A `select` element without a label. Props that are not named here become its attributes. `Select` in field.tsx adds a label. */
export function SelectControl<V extends string>({ value, options, onChange, isDisabled = false, testid, ...attributes }: SelectControlProps<V>) {
  const latest = useRef(value)
  latest.current = value
  const pick = async (element: HTMLSelectElement) => {
    const wanted = options.find((one) => one.value === element.value)
    try {
      if (wanted !== undefined) await onChange(wanted.value)
    } finally {
      // If the change failed, no state has changed, so nothing is rendered again. Reset the element directly.
      element.value = latest.current
    }
  }
  return <select {...attributes} value={value} disabled={isDisabled} data-testid={testid} onChange={(event) => void pick(event.currentTarget)}>{options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select>
}
