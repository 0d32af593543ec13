// A choice that somebody else may refuse: it shows what holds, not what was wanted.

import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'

interface SelectFieldProps {
  readonly value: string
  readonly disabled: boolean
  readonly testid: string
  /** Ends when it is known what has become of it. */
  readonly onPick: (value: string) => Promise<unknown>
  readonly children: ComponentChildren
}

export function SelectField({ value, disabled, testid, onPick, children }: SelectFieldProps) {
  const latest = useRef(value)
  latest.current = value
  const pick = async (field: HTMLSelectElement) => {
    await onPick(field.value)
    // Where nothing changed nothing is drawn again: the field itself has to be told.
    field.value = latest.current
  }
  return <select value={value} disabled={disabled} data-testid={testid} onChange={(event) => void pick(event.currentTarget)}>{children}</select>
}
