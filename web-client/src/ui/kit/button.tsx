import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../icon.tsx'

interface ButtonProps {
  /** `primary` is for one button per screen: the action that most people come for. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly type?: 'button' | 'submit'
  readonly icon?: IconName
  /** True while the button's action is in progress. The button stays in place and ignores clicks. */
  readonly isBusy?: boolean
  readonly isDisabled?: boolean
  readonly testid?: string
  /** Accessible name, needed if the visible text does not say what the button acts on. */
  readonly label?: string
  readonly onClick?: () => void
  readonly children: ComponentChildren
}

const CLASSES = { primary: 'primary', plain: '', quiet: 'quiet', danger: 'danger' } as const

/** A button. If disabled it has `aria-disabled`, because a `disabled` button would lose the focus. */
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
  /** What the button does. Used as accessible name and as tooltip. */
  readonly label: string
  /** The keyboard shortcut of the same action, shown in the tooltip. */
  readonly keyName?: string
  readonly isPressed?: boolean
  readonly testid?: string
  readonly onClick: () => void
}

export function IconButton({ icon, label, keyName, isPressed, testid, onClick }: IconButtonProps) {
  return <button type="button" class="quiet icon-button" aria-label={label} aria-pressed={isPressed} title={keyName === undefined ? label : `${label} (${keyName})`} data-testid={testid} onClick={onClick}><Icon name={icon} /></button>
}
