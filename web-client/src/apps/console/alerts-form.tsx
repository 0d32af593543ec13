import { ALERTS, WHENS, type Habits } from '../../client/habits.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'

/** Which news of the whole team a person wants, and when. */
export function AlertsForm({ habits }: { readonly habits: Habits }) {
  const wanted = habits.alerts.value
  return (
    <>
      <fieldset class="alerts">
        <legend>{t('habits.alerts')}</legend>
        {ALERTS.map((one) => (
          <label key={one} class="check">
            <input type="checkbox" checked={wanted.includes(one)} data-testid={T.habitsAlert} data-alert={one} onChange={(event) => { const isOn = event.currentTarget.checked; habits.alerts.value = ALERTS.filter((other) => (other === one ? isOn : wanted.includes(other))) }} />
            <span>{t(`habits.alert.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        <span>{t('habits.when')}</span>
        <select value={habits.when.value} data-testid={T.habitsWhen} onChange={(event) => { habits.when.value = WHENS.find((one) => one === event.currentTarget.value) ?? 'always' }}>
          {WHENS.map((one) => <option key={one} value={one}>{t(`habits.when.${one}`)}</option>)}
        </select>
      </label>
    </>
  )
}
