import { useId, useMemo, useState } from 'preact/hooks'
import type { Fault } from '../../../../client/hours.ts'
import { isZone, offsetOf, ownZone, wallTimeIn, zoneNames, zonesFor } from '../../../../client/zones.ts'
import { T } from '../../../../testids.ts'
import { Field } from '../../../../ui/kit/field.tsx'
import { clockOf } from '../../../../ui/kit/time-field.tsx'
import { intoSight } from '../../../../ui/scroll.ts'
import { FaultLine } from './spans.tsx'
import { s } from './strings.ts'
import { H } from './testids.ts'

interface ZonePickerProps {
  readonly value: string
  readonly now: number
  readonly fault: Fault | null
  readonly onChange: (zone: string) => void
}

/** The list shows at most this many matching time zones. To see others, the person types more of the name. */
const SHOWN_MAX = 50

/** A field to choose a time zone by a part of its name. Each match shows its UTC offset and its current time. */
export function ZonePicker({ value, now, fault, onChange }: ZonePickerProps) {
  const id = useId()
  const names = useMemo(zoneNames, [])
  const [isOpen, setOpen] = useState(false)
  /** Whether the person has typed since the list opened. Until then the list shows all time zones. */
  const [isAsked, setAsked] = useState(false)
  const [at, setAt] = useState(0)
  const found = useMemo(() => (isOpen ? zonesFor(names, isAsked ? value : '', [ownZone(), ...(isZone(value) ? [value] : [])]) : []), [isOpen, isAsked, value, names])
  const shown = found.slice(0, SHOWN_MAX)
  const active = isOpen ? shown[Math.min(at, shown.length - 1)] : undefined
  const open = (asked: boolean) => { setOpen(true); setAsked(asked); setAt(0) }
  const pick = (zone: string) => {
    setOpen(false)
    onChange(zone)
  }
  const leave = () => {
    setOpen(false)
    // Accept a typed name in upper or lower case, and replace it with its standard spelling.
    const named = names.find((name) => name.toLowerCase() === value.trim().toLowerCase())
    if (named !== undefined && named !== value) onChange(named)
  }
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!isOpen) return open(false)
      setAt(Math.max(0, Math.min(shown.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))))
    } else if (!isOpen) return
    else if (event.key === 'Enter' && active !== undefined) {
      event.preventDefault()
      pick(active)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    }
  }
  return (
    <div class="zone-picker">
      <Field label={s('hours.zone')} hint={<>{isZone(value) ? <span data-testid={H.zoneNow}>{s('hours.zone_now', { offset: offsetOf(value, now), time: clockOf(wallTimeIn(value, now).minutes) })}</span> : s('hours.zone_hint')} <FaultLine id={`${id}-fault`} fault={fault} /></>}>
        {(control) => (
          <input {...control} aria-invalid={fault !== null} value={value} dir="ltr" role="combobox" aria-autocomplete="list" aria-expanded={isOpen} aria-controls={`${id}-list`} aria-activedescendant={active === undefined ? undefined : `${id}-${shown.indexOf(active)}`} autocomplete="off" autocapitalize="none" spellcheck={false} data-testid={T.hoursZone}
            onInput={(event) => { onChange(event.currentTarget.value); open(true) }}
            onClick={() => { if (!isOpen) open(false) }}
            onBlur={leave}
            onKeyDown={key}
          />
        )}
      </Field>
      <ul class="zone-list" id={`${id}-list`} role="listbox" aria-label={s('hours.zone')} hidden={!isOpen}>
        {shown.map((zone, index) => (
          <li key={zone} id={`${id}-${index}`} role="option" aria-selected={zone === active} ref={zone === active ? intoSight : null} data-testid={H.zoneOption} data-zone={zone} onMouseDown={(event) => { event.preventDefault(); pick(zone) }}>
            <span dir="ltr">{zone.replaceAll('_', ' ')}</span>
            <span class="muted" dir="ltr">{offsetOf(zone, now)} · {clockOf(wallTimeIn(zone, now).minutes)}</span>
          </li>
        ))}
        {isOpen && shown.length === 0 && <li class="muted" role="option" aria-selected={false} aria-disabled>{s('hours.zone_none')}</li>}
        {found.length > shown.length && <li class="muted" role="option" aria-selected={false} aria-disabled>{s('hours.zone_more', { n: found.length - shown.length })}</li>}
      </ul>
    </div>
  )
}
