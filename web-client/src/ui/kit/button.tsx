import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../icon.tsx'

interface ButtonProps {
  /** `primary` once a screen: what most people come for. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly type?: 'button' | 'submit'
  readonly icon?: IconName
  /** Its work is under way: it stays where it is and cannot be pressed again. */
  readonly isBusy?: boolean
  readonly isDisabled?: boolean
  readonly testid?: string
  /** In place of the children, for those who do not see what it belongs to. */
  readonly label?: string
  readonly onClick?: () => void
  readonly children: ComponentChildren
}

const CLASSES = { primary: 'primary', plain: '', quiet: 'quiet', danger: 'danger' } as const

/** One that cannot be pressed keeps the focus, which `disabled` would take from what has just been pressed. */
export function Button({ kind = 'plain', type = 'button', icon, isBusy = false, isDisabled = false, testid, label, onClick, children }: ButtonProps) {
  const isOff = isDisabled || isBusy
  return (
    <button type={type} class={CLASSES[kind]} aria-disabled={isOff || undefined} aria-busy={isBusy || undefined} aria-label={label} data-testid={testid} onClick={(event) => { if (isOff) event.preventDefault(); else onClick?.() }}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  )
}

interface IconButtonProps {
  readonly icon: IconName
  /** What it does: its name for screen readers, and its tip. */
  readonly label: string
  /** The key that does the same. */
  readonly keyName?: string
  readonly isPressed?: boolean
  readonly testid?: string
  readonly onClick: () => void
}

export function IconButton({ icon, label, keyName, isPressed, testid, onClick }: IconButtonProps) {
  return <button type="button" class="quiet icon-button" aria-label={label} aria-pressed={isPressed} title={keyName === undefined ? label : `${label} (${keyName})`} data-testid={testid} onClick={onClick}><Icon name={icon} /></button>
}
