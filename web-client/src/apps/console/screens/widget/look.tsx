// The form for the widget's look: colour, logo, texts, and corner.

import { useId, useRef, useState } from 'preact/hooks'
import { logoOf, LOGO_TYPES, type LogoFault } from '../../../../client/logo.ts'
import { colorNote, colorOf, OWN_COLOR, type WidgetDraft, type WidgetFaults } from '../../../../client/widget-setting.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { Checkbox, Field, RadioGroup, TextField } from '../../../../ui/kit/field.tsx'
import { s } from './strings.ts'
import { W } from './testids.ts'

interface LookProps {
  readonly draft: WidgetDraft
  readonly faults: WidgetFaults
  readonly onChange: (part: Partial<WidgetDraft>) => void
}

export function LookFields({ draft, faults, onChange }: LookProps) {
  const long = (field: string) => (faults.get(field) === 'long' ? s('widget_setting.fault.long') : null)
  return (
    <section class="card" aria-label={s('widget_setting.look')}>
      <h2>{s('widget_setting.look')}</h2>
      <ColorField draft={draft} faults={faults} onChange={onChange} />
      <LogoField logo={draft.logo} onChange={(logo) => onChange({ logo })} />
      <TextField label={s('widget_setting.team_name')} placeholder={s('widget_setting.own_name')} value={draft.teamName} error={long('teamName')} testid={W.teamName} onChange={(teamName) => onChange({ teamName })} />
      <TextField label={s('widget_setting.greeting')} placeholder={s('widget_setting.own_greeting')} value={draft.greeting} error={long('greeting')} testid={W.greeting} onChange={(greeting) => onChange({ greeting })} />
      <RadioGroup label={s('widget_setting.position')} value={draft.position} options={[{ value: 'left', label: s('widget_setting.left') }, { value: 'right', label: s('widget_setting.right') }]} testid={W.position} onChange={(position) => onChange({ position })} />
      <Checkbox label={s('widget_setting.category')} hint={s('widget_setting.category_hint')} value={draft.asksCategory} testid={W.category} onChange={(asksCategory) => onChange({ asksCategory })} />
    </section>
  )
}

function ColorField({ draft, faults, onChange }: LookProps) {
  const color = colorOf(draft.color)
  const isFault = faults.has('color')
  return (
    <div class="widget-color" onFocusOut={() => { if (color !== null && color !== draft.color) onChange({ color }) }}>
      <Field label={s('widget_setting.color')} error={isFault ? s('widget_setting.fault.color') : null} hint={<span data-testid={W.colorNote}>{noteOf(color ?? (draft.color.trim() === '' ? OWN_COLOR : null))}</span>}>
        {(control) => (
          <span class="widget-color-fields">
            <input type="color" value={color ?? OWN_COLOR} aria-label={s('widget_setting.color_pick')} data-testid={W.colorPicker} onInput={(event) => onChange({ color: event.currentTarget.value })} />
            <input {...control} value={draft.color} placeholder={OWN_COLOR} dir="ltr" autocapitalize="none" spellcheck={false} data-testid={W.color} onInput={(event) => onChange({ color: event.currentTarget.value })} />
          </span>
        )}
      </Field>
    </div>
  )
}

/** Says which text colour is used on `color`. Also says if the widget uses a darker or lighter shade of `color` for text. */
function noteOf(color: string | null): string {
  const note = color === null ? null : colorNote(color)
  if (note === null) return ''
  const ink = s(note.ink === 'white' ? 'widget_setting.ink_white' : 'widget_setting.ink_black')
  if (!note.isDarkened && !note.isLightened) return ink
  return `${ink} ${s(note.isDarkened && note.isLightened ? 'widget_setting.shade_both' : note.isDarkened ? 'widget_setting.shade_light' : 'widget_setting.shade_dark')}`
}

function LogoField({ logo, onChange }: { readonly logo: string; readonly onChange: (logo: string) => void }) {
  const [fault, setFault] = useState<LogoFault | null>(null)
  const [isBusy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const id = useId()
  const take = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    if (chosen === undefined) return
    setBusy(true)
    const result = await logoOf(chosen)
    // Clear the input. Otherwise choosing the same file again would fire no `change` event.
    input.value = ''
    setBusy(false)
    setFault(result.ok ? null : result.why)
    if (result.ok) onChange(result.url)
  }
  return (
    <div class="field" role="group" aria-label={s('widget_setting.logo')} aria-describedby={`${id}-hint`}>
      <span class="widget-label">{s('widget_setting.logo')}</span>
      <div class="widget-logo">
        {logo !== '' && <img src={logo} alt={s('widget_setting.logo')} data-testid={W.logo} />}
        <Button isBusy={isBusy} onClick={() => file.current?.click()}>{s(logo === '' ? 'widget_setting.logo_choose' : 'widget_setting.logo_change')}</Button>
        {logo !== '' && <Button kind="quiet" testid={W.logoRemove} onClick={() => { setFault(null); onChange('') }}>{s('widget_setting.logo_remove')}</Button>}
        <input ref={file} type="file" hidden accept={LOGO_TYPES.join(',')} tabIndex={-1} data-testid={W.logoFile} onChange={(event) => void take(event.currentTarget)} />
      </div>
      <p class="muted field-hint" id={`${id}-hint`}>{s('widget_setting.logo_hint')}</p>
      {fault !== null && <p class="problem-text" role="alert" data-testid={W.logoFault} data-fault={fault}>{s(`widget_setting.logo_fault.${fault}`)}</p>}
    </div>
  )
}
