// Form fields with a label above, and a hint and an error below. Screen readers read the hint and the error as the field's description.

import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { SelectControl, type Option } from './select.tsx'

export interface FieldProps {
  readonly label: string
  readonly hint?: ComponentChildren
  /** The error text. Null or omitted if the value is valid. */
  readonly error?: string | null | undefined
  readonly isDisabled?: boolean
  readonly testid?: string
}

interface Described {
  readonly id: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
}

/** Renders a label, a hint and an error around a control. `children` renders the control with the attributes that it receives. */
export function Field({ label, hint, error = null, children }: FieldProps & { readonly children: (control: Described) => ComponentChildren }) {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}-hint`, error === null ? '' : `${id}-error`].filter((one) => one !== '').join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': error !== null, 'aria-describedby': described === '' ? undefined : described })}
      {hint !== undefined && <p class="muted field-hint" id={`${id}-hint`}>{hint}</p>}
      {error !== null && <p class="problem-text" id={`${id}-error`} role="alert">{error}</p>}
    </div>
  )
}

interface TextFieldProps extends FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'search' | 'email' | 'url' | 'date' | 'time' | 'datetime-local' | 'color'
  readonly placeholder?: string
  /** `ltr` (left to right) is for values that are not words: addresses, time zones, colours. */
  readonly dir?: 'auto' | 'ltr'
  readonly list?: string
}

export function TextField({ value, onChange, type = 'text', placeholder, dir = 'auto', list, isDisabled = false, testid, ...field }: TextFieldProps) {
  const isCode = dir === 'ltr'
  return (
    <Field {...field}>
      {(control) => <input {...control} type={type} value={value} placeholder={placeholder} dir={dir} list={list} disabled={isDisabled} autocapitalize={isCode ? 'none' : undefined} spellcheck={isCode ? false : undefined} data-testid={testid} onInput={(event) => onChange(event.currentTarget.value)} />}
    </Field>
  )
}

interface TextAreaProps extends FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly rows?: number
  readonly placeholder?: string
}

export function TextArea({ value, onChange, rows = 4, placeholder, isDisabled = false, testid, ...field }: TextAreaProps) {
  return (
    <Field {...field}>
      {(control) => <textarea {...control} rows={rows} value={value} placeholder={placeholder} dir="auto" disabled={isDisabled} data-testid={testid} onInput={(event) => onChange(event.currentTarget.value)} />}
    </Field>
  )
}

interface SelectProps<V extends string> extends FieldProps {
  readonly value: V
  readonly options: readonly Option<V>[]
  /** May be asynchronous. If the change fails, the field shows the actual value again, not the chosen one. */
  readonly onChange: (value: V) => unknown
}

export function Select<V extends string>({ label, hint, error, ...select }: SelectProps<V>) {
  return <Field label={label} hint={hint} error={error}>{(control) => <SelectControl {...control} {...select} />}</Field>
}

interface CheckboxProps {
  readonly label: string
  readonly hint?: string
  readonly value: boolean
  /** May be asynchronous. If the change fails, the checkbox shows the actual value again. */
  readonly onChange: (value: boolean) => unknown
  readonly isDisabled?: boolean
  readonly testid?: string
}

export function Checkbox({ label, hint, value, onChange, isDisabled = false, testid }: CheckboxProps) {
  const id = useId()
  const latest = useRef(value)
  latest.current = value
  const pick = async (element: HTMLInputElement) => {
    await onChange(element.checked)
    element.checked = latest.current
  }
  return (
    <div class="field">
      <label class="check"><input type="checkbox" checked={value} disabled={isDisabled} aria-describedby={hint === undefined ? undefined : id} data-testid={testid} onChange={(event) => void pick(event.currentTarget)} /><span>{label}</span></label>
      {hint !== undefined && <p class="muted field-hint" id={id}>{hint}</p>}
    </div>
  )
}

interface RadioGroupProps<V extends string> extends Omit<FieldProps, 'error'> {
  readonly value: V
  readonly options: readonly Option<V>[]
  readonly onChange: (value: V) => void
}

/** Radio buttons for a choice among a few options that are all visible. */
export function RadioGroup<V extends string>({ label, hint, value, options, onChange, isDisabled = false, testid }: RadioGroupProps<V>) {
  const name = useId()
  return (
    <fieldset class="field radio-group" aria-describedby={hint === undefined ? undefined : `${name}-hint`} data-testid={testid} disabled={isDisabled}>
      <legend>{label}</legend>
      <div class="radios">
        {options.map((one) => (
          <label key={one.value} class="radio"><input type="radio" name={name} value={one.value} checked={one.value === value} onChange={() => onChange(one.value)} /><span>{one.label}</span></label>
        ))}
      </div>
      {hint !== undefined && <p class="muted field-hint" id={`${name}-hint`}>{hint}</p>}
    </fieldset>
  )
}
