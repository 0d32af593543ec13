// A time of day, shown as the reader's language writes it, the same in every browser.

import { useState } from 'preact/hooks'
import { minutesOf, timeAfter, timeOf } from '../../client/hours.ts'
import { format } from '../../locales/dates.ts'

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

/** Minutes since midnight as a time: `9:05 AM`, `09:05`. */
export function clockOf(minutes: number): string {
  return format('clock', { timeStyle: 'short', timeZone: 'UTC' }).format(minutes * 60_000)
}

/** A time of day in words; as it was written where that is none, or where its words would not be understood again. */
export function timeInWords(written: string): string {
  const minutes = minutesOf(written)
  const shown = minutes === null ? written : clockOf(minutes)
  return minutesOf(shown) === minutes ? shown : written
}

/** `9`, `930`, `9.30` and `9:30 PM` are understood; the arrow keys go on by a quarter of an hour. */
export function TimeField({ value, label, isInvalid, describedBy, index, testid, onChange }: TimeFieldProps) {
  // While one writes it stays as it is written.
  const [isWriting, setWriting] = useState(false)
  const leave = () => {
    setWriting(false)
    const time = timeOf(value)
    if (time !== null && time !== value) onChange(time)
  }
  const step = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    setWriting(false)
    onChange(timeAfter(value, event.key === 'ArrowUp' ? STEP_MINUTES : -STEP_MINUTES))
  }
  return <input class="time-field" type="text" dir="auto" maxLength={12} autocomplete="off" spellcheck={false} placeholder={clockOf(0)} value={isWriting ? value : timeInWords(value)} required aria-label={label} aria-invalid={isInvalid} aria-describedby={describedBy} data-span={index} data-testid={testid} onInput={(event) => { setWriting(true); onChange(event.currentTarget.value) }} onBlur={leave} onKeyDown={step} />
}
