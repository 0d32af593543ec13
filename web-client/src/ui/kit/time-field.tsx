// A time of day in 24 hours, the same in every browser and language.

import { timeAfter, timeOf } from '../../client/hours.ts'

interface TimeFieldProps {
  /** As it was written; `HH:MM` once it has been left. */
  readonly value: string
  readonly label: string
  readonly isInvalid: boolean
  readonly describedBy?: string
  /** Which one of several: for tests. */
  readonly index: number
  readonly testid: string
  readonly onChange: (value: string) => void
}

/** The arrow keys go on by so many minutes. */
const STEP_MINUTES = 15

/** `9`, `930` and `9.30` are understood; the arrow keys go on by a quarter of an hour. */
export function TimeField({ value, label, isInvalid, describedBy, index, testid, onChange }: TimeFieldProps) {
  const leave = () => {
    const time = timeOf(value)
    if (time !== null && time !== value) onChange(time)
  }
  const step = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    onChange(timeAfter(value, event.key === 'ArrowUp' ? STEP_MINUTES : -STEP_MINUTES))
  }
  return <input class="time-field" type="text" inputMode="numeric" dir="ltr" maxLength={5} autocomplete="off" spellcheck={false} placeholder="00:00" value={value} required aria-label={label} aria-invalid={isInvalid} aria-describedby={describedBy} data-span={index} data-testid={testid} onInput={(event) => onChange(event.currentTarget.value)} onBlur={leave} onKeyDown={step} />
}
