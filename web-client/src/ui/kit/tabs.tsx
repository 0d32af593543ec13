import { useId, useRef } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { direction } from '../../locales/index.ts'
import type { Option } from './select.tsx'

interface TabsProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly options: readonly Option<V>[]
  readonly onChange: (value: V) => void
  readonly testid?: string
  /** What the chosen tab shows. */
  readonly children: ComponentChildren
}

/** Tabs over one panel: one stop for Tab, the arrow keys go from one to the next. */
export function Tabs<V extends string>({ label, value, options, onChange, testid, children }: TabsProps<V>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const step = (event: KeyboardEvent) => {
    const ahead = direction() === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
    const back = direction() === 'rtl' ? 'ArrowRight' : 'ArrowLeft'
    const at = options.findIndex((one) => one.value === value)
    const to = event.key === ahead ? at + 1 : event.key === back ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? options.length - 1 : null
    if (to === null) return
    event.preventDefault()
    const next = options[(to + options.length) % options.length]
    if (next === undefined) return
    onChange(next.value)
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.value)}"]`)?.focus()
  }
  return (
    <>
      <div ref={list} class="tabs" role="tablist" tabIndex={-1} aria-label={label} data-testid={testid} onKeyDown={step}>
        {options.map((one) => (
          <button key={one.value} type="button" role="tab" class="tab" id={`${id}-${one.value}`} data-tab={one.value} aria-selected={one.value === value} aria-controls={`${id}-panel`} tabIndex={one.value === value ? 0 : -1} onClick={() => onChange(one.value)}>{one.label}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>{children}</div>
    </>
  )
}
