// The buttons to choose files, with a camera on phones and tablets, and the words that say where files can be dropped. Pages load this file
// when the server offers files; the widget when it is needed. What is then done with the files is in attach.tsx.

import { useEffect, useRef } from 'preact/hooks'
import { t } from '../locales/index.ts'
import '../locales/attach.ts'
import { T } from '../testids.ts'
import { choose, ChooseButton, type ButtonsProps } from './choose-button.tsx'
import { addIcons, Icon } from './icon.tsx'
import css from './styles/attach-button.css?inline'
import { useSheet } from './use-sheet.ts'

addIcons({ camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.6' })

export function AttachButtons(props: ButtonsProps) {
  const label = t('files.attach')
  return <ChooseButton {...props} label={label} word={<span class="attach-word">{label}</span>}><AttachMore {...props} /></ChooseButton>
}

/** What the button to choose files does not need to work. */
export function AttachMore({ area, onFiles }: ButtonsProps) {
  const camera = useRef<HTMLInputElement>(null)
  useSheet(camera, css)
  useDropWords(camera, area)
  return (
    <>
      {/* Phones and tablets: a browser that offers only stored files for the first button has the camera here. */}
      <button type="button" class="quiet icon-button attach-camera" aria-label={t('files.photo')} title={t('files.photo')} data-testid={T.attachCamera} onClick={() => camera.current?.click()}><Icon name="camera" /></button>
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden tabIndex={-1} aria-hidden="true" onChange={(event) => choose(event.currentTarget, onFiles)} />
    </>
  )
}

/** While files are dragged over the conversation, says that they can be dropped. */
function useDropWords(inside: { readonly current: HTMLElement | null }, area: string): void {
  useEffect(() => {
    const place = inside.current?.closest<HTMLElement>(area)
    if (place === null || place === undefined) return undefined
    const leave = () => place.removeAttribute('data-drop')
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      place.setAttribute('data-drop', t('files.drop'))
    }
    const left = (event: DragEvent) => { if (!(event.relatedTarget instanceof Node) || !place.contains(event.relatedTarget)) leave() }
    place.addEventListener('dragover', over)
    place.addEventListener('dragleave', left)
    place.addEventListener('drop', leave)
    return () => {
      leave()
      place.removeEventListener('dragover', over)
      place.removeEventListener('dragleave', left)
      place.removeEventListener('drop', leave)
    }
  }, [inside, area])
}
