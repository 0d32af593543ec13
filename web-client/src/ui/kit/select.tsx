// A choice that may come to nothing: it shows what holds, not what was wanted.

import { useRef } from 'preact/hooks'

export interface Option<V extends string> {
  readonly value: V
  readonly label: string
}

export interface SelectControlProps<V extends string> {
  readonly value: V
  readonly options: readonly Option<V>[]
  /** May take its time, and may be refused. */
  readonly onChange: (value: V) => unknown
  readonly isDisabled?: boolean
  readonly testid?: string | undefined
}

/** The select alone, for a label around it; what else it is given are its attributes. With a label, a hint and an error: `Select` in field.tsx. */
export function SelectControl<V extends string>({ value, options, onChange, isDisabled = false, testid, ...attributes }: SelectControlProps<V>) {
  const latest = useRef(value)
  latest.current = value
  const pick = async (element: HTMLSelectElement) => {
    const wanted = options.find((one) => one.value === element.value)
    try {
      if (wanted !== undefined) await onChange(wanted.value)
    } finally {
      // Where nothing changed nothing is drawn again: the field itself has to be told.
      element.value = latest.current
    }
  }
  return <select {...attributes} value={value} disabled={isDisabled} data-testid={testid} onChange={(event) => void pick(event.currentTarget)}>{options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select>
}
