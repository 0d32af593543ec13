import { useId } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { arrows } from '../arrows.ts'
import type { Option } from './select.tsx'

interface TabsProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly options: readonly Option<V>[]
  readonly onChange: (value: V) => void
  readonly testid?: string
  /** The content of the chosen tab. */
  readonly children: ComponentChildren
}

/** Tabs above one panel. All tabs together are a single Tab stop, and the arrow keys move between them. */
export function Tabs<V extends string>({ label, value, options, onChange, testid, children }: TabsProps<V>) {
  const id = useId()
  return (
    <>
      <div class="tabs" role="tablist" tabIndex={-1} aria-label={label} data-testid={testid} onKeyDown={arrows}>
        {options.map((one) => (
          <button key={one.value} type="button" role="tab" class="tab" id={`${id}-${one.value}`} data-tab={one.value} aria-selected={one.value === value} aria-controls={`${id}-panel`} tabIndex={one.value === value ? 0 : -1} onClick={() => onChange(one.value)}>{one.label}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>{children}</div>
    </>
  )
}
