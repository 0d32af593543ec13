// The button to choose files for a text that is being written, which also takes files that are dropped around it. Small, because the widget
// loads it with each ticket. What else belongs to it is in attach-button.tsx.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { T } from '../testids.ts'
import { addIcons, Icon } from './icon.tsx'

addIcons({ clip: 'M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.6 1.6 0 0 1-2.3-2.3l7.8-7.8' })

export interface ButtonsProps {
  /** The selector of the element around the buttons on which files can be dropped. */
  readonly area: string
  readonly onFiles: (files: readonly File[]) => void
}

interface ChooseProps extends ButtonsProps {
  readonly label: string
  /** What the button shows beside its icon. */
  readonly word?: ComponentChildren
  /** More buttons. */
  readonly children: ComponentChildren
}

export function ChooseButton({ area, onFiles, label, word, children }: ChooseProps) {
  const box = useRef<HTMLSpanElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const latest = useRef(onFiles)
  latest.current = onFiles
  useEffect(() => {
    const place = box.current?.closest<HTMLElement>(area)
    const drop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0 || event.defaultPrevented) return
      event.preventDefault()
      latest.current(files)
    }
    place?.addEventListener('drop', drop)
    return () => place?.removeEventListener('drop', drop)
  }, [area])
  return (
    <span class="attach-buttons" ref={box}>
      <button type="button" class="quiet icon-button attach-button" aria-label={label} title={label} data-testid={T.attachButton} onClick={() => input.current?.click()}><Icon name="clip" />{word}</button>
      <input ref={input} type="file" multiple hidden tabIndex={-1} aria-hidden="true" data-testid={T.attachInput} onChange={(event) => choose(event.currentTarget, onFiles)} />
      {children}
    </span>
  )
}

/** Hands the chosen files on, and the focus to the text. */
export function choose(input: HTMLInputElement, onFiles: ButtonsProps['onFiles']): void {
  onFiles([...(input.files ?? [])])
  // The same file can be chosen again.
  input.value = ''
  input.closest('form')?.querySelector<HTMLElement>('textarea')?.focus()
}
