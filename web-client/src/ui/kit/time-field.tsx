// A field for a time of day. Every browser shows the time in the format of the reader's language.

import { useState } from 'preact/hooks'
import { minutesOf, timeAfter, timeOf } from '../../client/hours.ts'
import { format } from '../../locales/dates.ts'

interface TimeFieldProps {
  /** The text as typed. When the field loses the focus, a valid time is replaced with `HH:MM`. */
  readonly value: string
  readonly label: string
  readonly isInvalid: boolean
  readonly describedBy?: string
  /** The field's index among several time fields, which tests use to find it. */
  readonly index: number
  readonly testid: string
  readonly onChange: (value: string) => void
}

/** By how many minutes one press of an arrow key changes the time. */
const STEP_MINUTES = 15

/** Formats minutes since midnight, for example as `9:05 AM` or `09:05`. */
export function clockOf(minutes: number): string {
  return format('clock', { timeStyle: 'short', timeZone: 'UTC' }).format(minutes * 60_000)
}

/** Formats a time for the reader's language. Returns the text unchanged if it is not a time, or if the result could not be parsed again. */
export function timeInWords(written: string): string {
  const minutes = minutesOf(written)
  const shown = minutes === null ? written : clockOf(minutes)
  return minutesOf(shown) === minutes ? shown : written
}

/** Accepts times such as `9`, `930`, `9.30` and `9:30 PM`. The up and down arrow keys change the time by `STEP_MINUTES`. */
export function TimeField({ value, label, isInvalid, describedBy, index, testid, onChange }: TimeFieldProps) {
  // The text is not reformatted while the person is typing.
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
