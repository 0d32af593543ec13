import { useId, useRef } from 'preact/hooks'
import { direction } from '../../locales/index.ts'
import { isHeld } from '../arrows.ts'
import { Icon, type IconName } from '../icon.tsx'

export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  readonly onPick: () => void
}

interface MenuProps {
  readonly label: string
  readonly icon?: IconName
  readonly items: readonly MenuItem[]
  readonly testid?: string
}

const GAP_PX = 4

/**
 * A button that opens a menu of actions. The arrow keys move between the actions. Escape closes the menu and returns the focus to the
 * button.
 */
export function Menu({ label, icon = 'more', items, testid }: MenuProps) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)') ?? [])]
  const opened = (event: { readonly newState: string }) => {
    if (event.newState !== 'open' || list.current === null || opener.current === null) return
    const { left, right, bottom } = opener.current.getBoundingClientRect()
    list.current.style.insetBlockStart = `${bottom + GAP_PX}px`
    if (direction() === 'rtl') list.current.style.left = `${Math.max(GAP_PX, left)}px`
    else list.current.style.right = `${Math.max(GAP_PX, document.documentElement.clientWidth - right)}px`
    entries()[0]?.focus()
  }
  const step = (event: KeyboardEvent) => {
    const all = entries()
    const at = all.findIndex((one) => one === event.target)
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : null
    if (to === null || isHeld(event)) return
    event.preventDefault()
    all[(to + all.length) % all.length]?.focus()
  }
  const pick = (item: MenuItem) => {
    list.current?.hidePopover()
    opener.current?.focus()
    item.onPick()
  }
  return (
    <>
      <button ref={opener} type="button" class="quiet icon-button" popovertarget={id} aria-haspopup="menu" aria-label={label} title={label} data-testid={testid}><Icon name={icon} /></button>
      <div ref={list} id={id} popover="auto" role="menu" tabIndex={-1} aria-label={label} class="menu menu-list" onToggle={opened} onKeyDown={step}>
        {items.map((item) => <button key={item.id} type="button" role="menuitem" tabIndex={-1} class={item.isDanger === true ? 'danger' : ''} disabled={item.isDisabled} data-item={item.id} onClick={() => pick(item)}>{item.label}</button>)}
      </div>
    </>
  )
}
