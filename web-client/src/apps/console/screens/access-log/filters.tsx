// The filters of the access log. Each change takes effect at once and is kept in the page's address.

import { useEffect, useState } from 'preact/hooks'
import { NO_ACCESS_FILTERS, type AccessFault, type AccessFilters } from '../../../../client/access-log.ts'
import { locale } from '../../../../locales/index.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { Checkbox, Field, Select } from '../../../../ui/kit/field.tsx'
import { actionInWords, choicesOf } from './actions.ts'
import { s } from './strings.ts'
import { L } from './testids.ts'

export interface Named {
  readonly id: string
  readonly name: string
}

interface FiltersProps {
  readonly filters: AccessFilters
  readonly faults: ReadonlySet<AccessFault>
  readonly people: readonly Named[]
  /** The names of the actions that the server can record in the access log, or empty if they are not known. */
  readonly actions: readonly string[]
  readonly onChange: (part: Partial<AccessFilters>) => void
}

export function Filters({ filters, faults, people, actions, onChange }: FiltersProps) {
  const persons = [{ value: '', label: s('access.anyone') }, ...people.map(({ id, name }) => ({ value: id, label: name }))]
  const wanted = filters.actions.join(',')
  const kinds = [{ value: '', label: s('access.any_action') }, ...choicesOf(actions, locale()).map((choice) => ({ value: choice.actions.join(','), label: choice.label }))]
  // The page's address may contain a combination of actions that is not among the filter's choices, so add that combination as a choice.
  if (!kinds.some(({ value }) => value === wanted)) kinds.push({ value: wanted, label: filters.actions.map(actionInWords).join(' · ') })
  const fault = (name: AccessFault, sentence: string) => (faults.has(name) ? sentence : null)
  const isFiltered = Object.values({ ...filters, actions: wanted }).some((one) => one !== '' && one !== false)
  return (
    <section class="access-filters" aria-label={s('access.filters')}>
      <Select label={s('access.person')} value={filters.user} options={persons} error={fault('user', s('access.fault.user'))} testid={L.user} onChange={(user) => onChange({ user })} />
      <Select label={s('access.action')} value={wanted} options={kinds} error={fault('action', s('access.fault.action'))} testid={L.action} onChange={(value) => onChange({ actions: value === '' ? [] : value.split(',') })} />
      <Typed label={s('access.ticket')} type="text" value={filters.ticket} error={fault('ticket', s('access.fault.ticket'))} testid={L.ticket} onChange={(ticket) => onChange({ ticket })} />
      <Typed label={s('access.from')} type="date" value={filters.from} error={fault('from', s('access.fault.day'))} testid={L.from} onChange={(from) => onChange({ from })} />
      <Typed label={s('access.to')} type="date" value={filters.to} error={fault('to', s('access.fault.day')) ?? fault('order', s('access.fault.order'))} testid={L.to} onChange={(to) => onChange({ to })} />
      <div class="access-last">
        <Checkbox label={s('access.refused_only')} value={filters.isRefused} testid={L.refused} onChange={(isRefused) => onChange({ isRefused })} />
        {isFiltered && <Button kind="quiet" icon="close" testid={L.clear} onClick={() => onChange(NO_ACCESS_FILTERS)}>{s('access.clear')}</Button>}
      </div>
    </section>
  )
}

interface TypedProps {
  readonly label: string
  readonly type: 'text' | 'date'
  readonly value: string
  readonly error: string | null
  readonly testid: string
  readonly onChange: (value: string) => void
}

/** An input field whose value is applied on Enter or when the field loses the focus. */
function Typed({ label, type, value, error, testid, onChange }: TypedProps) {
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  const typed = { value: draft, onInput: (event: { readonly currentTarget: HTMLInputElement }) => setDraft(event.currentTarget.value), onChange: (event: { readonly currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value.trim()) }
  return (
    <Field label={label} error={error}>
      {(control) => (type === 'date'
        ? <input {...control} {...typed} type="date" data-testid={testid} />
        : <input {...control} {...typed} type="text" dir="ltr" autocapitalize="none" autocomplete="off" spellcheck={false} data-testid={testid} />)}
    </Field>
  )
}
