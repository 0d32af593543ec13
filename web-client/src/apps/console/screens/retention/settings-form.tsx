import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { RANGES, retentionFaultsOf, type NumberField, type RetentionDraft, type RetentionStore } from '../../../../client/retention.ts'
import { isZone, zoneNames } from '../../../../client/zones.ts'
import { t } from '../../../../locales/index.ts'
import { fieldOf } from '../../../../locales/reasons.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { Checkbox, TextField } from '../../../../ui/kit/field.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { s } from './strings.ts'
import { R } from './testids.ts'

interface FormProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
}

const MONTHS = [['archive_months', R.archiveMonths], ['delete_months', R.deleteMonths], ['access_log_months', R.accessLogMonths]] as const

/** The rule: after how many months, when, and how large a run may be without an approval. */
export function SettingsForm({ context, store: { settings, view } }: FormProps) {
  const [isTried, setTried] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const zones = useId()
  const names = useMemo(zoneNames, [])
  const draft = settings.draft.value
  if (draft === null) return null
  const faults = isTried ? retentionFaultsOf(draft, isZone) : new Set<keyof RetentionDraft>()
  const refused = settings.refused.value
  const field = refused === null ? null : fieldOf(refused)
  const atField = field !== null && Object.hasOwn(draft, field.name) ? field : null
  const isSaved = !settings.isChanged.value
  const stopped = view.value?.runs.filter(({ state }) => state === 'waiting' || state === 'acting').length ?? 0
  const put = (name: keyof RetentionDraft) => (value: string) => settings.change({ [name]: value })
  const errorOf = (name: keyof RetentionDraft) => (faults.has(name) ? faultWords(name) : atField?.name === name ? atField.why : null)
  const numeric = (name: NumberField, testid: string) => <TextField key={name} label={s(`retention.field.${name}`)} hint={s(`retention.field_hint.${name}`)} value={draft[name]} error={errorOf(name)} dir="ltr" testid={testid} onChange={put(name)} />
  const send = async () => {
    setAsking(false)
    if (!await settings.save()) return
    setTried(false)
    tell(context, s('retention.saved'))
  }
  const save = () => {
    setTried(true)
    if (retentionFaultsOf(draft, isZone).size > 0) {
      // Invalid fields get `aria-invalid` only in the next render, so wait a frame before focusing the first one.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    // A run that waits or acts was planned by the periods that are saved now, and stops when they change.
    if (stopped > 0) setAsking(true)
    else void send()
  }
  return (
    <form ref={form} class="retention-form" aria-label={s('retention.rule')} noValidate data-testid={R.form} data-saved={isSaved} onSubmit={(event) => { event.preventDefault(); save() }}>
      <div class="card">
        <h2>{s('retention.rule')}</h2>
        <Checkbox label={s('retention.enabled')} hint={s('retention.enabled_hint')} value={draft.enabled} testid={R.enabled} onChange={(enabled) => settings.change({ enabled })} />
        <div class="retention-fields">{MONTHS.map(([name, testid]) => numeric(name, testid))}</div>
        <div class="retention-fields">
          {numeric('day', R.day)}
          <TextField type="time" label={s('retention.field.at')} value={draft.at} error={errorOf('at')} dir="ltr" testid={R.at} onChange={put('at')} />
          <TextField label={s('retention.field.zone')} hint={s('retention.field_hint.zone')} value={draft.zone} error={errorOf('zone')} dir="ltr" list={zones} testid={R.zone} onChange={put('zone')} />
        </div>
        <datalist id={zones}>{names.map((name) => <option key={name} value={name} />)}</datalist>
        <div class="retention-fields">{numeric('share_max_percent', R.share)}</div>
      </div>
      {atField === null && <ProblemLine problem={refused} />}
      {settings.isOvertaken.value && (
        <div class="retention-overtaken" role="alert" data-testid={R.overtaken}>
          <span>{s('retention.overtaken')}</span>
          <Button testid={R.theirs} onClick={() => { settings.cancel(); setTried(false) }}>{s('retention.theirs')}</Button>
          <Button kind="quiet" testid={R.mine} onClick={settings.keepMine}>{s('retention.mine')}</Button>
        </div>
      )}
      <div class="retention-actions">
        <Button kind="primary" type="submit" isBusy={settings.isSaving.value} isDisabled={isSaved || settings.isOvertaken.value} testid={R.save}>{t('app.save')}</Button>
        {!isSaved && <Button kind="quiet" testid={R.discard} onClick={() => { settings.cancel(); setTried(false) }}>{s('retention.discard')}</Button>}
        <span class="muted" role="status">{isSaved ? s('retention.same') : s('retention.changed')}</span>
      </div>
      {isAsking && (
        <Confirm title={s('retention.save_ask', { n: stopped })} action={s('retention.save_do')} testid={R.saveSure} onClose={() => setAsking(false)} onConfirm={() => void send()}>
          {s('retention.save_what')}
        </Confirm>
      )}
    </form>
  )
}

function faultWords(name: keyof RetentionDraft): string {
  if (name === 'at') return s('retention.fault.time')
  if (name === 'zone') return s('retention.fault.zone')
  if (name === 'enabled') return ''
  const [from, to] = RANGES[name]
  return s('retention.fault.range', { from, to })
}
