// The button to choose files for the first message, and the sending of that message. Loaded after the first screen, and as small as possible:
// what is done with files is in ask-attach.tsx, which is loaded with the first file.

import { useEffect, useRef, useState } from 'preact/hooks'
import { deskConfig, type DeskConfig } from '../../client/desk-config.ts'
import { firstAccess, hasFirstFiles, holdAccess } from '../../client/send-first.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { lazy } from '../../ui/lazy.tsx'
import type { AskFilesProps } from './ask-files-props.ts'

export { sendFirst } from '../../client/send-first.ts'

// Devices that are touched have a camera.
const AttachMore = lazy(async () => (await import('../../ui/attach-button.tsx')).AttachMore, 0)
const AskAttach = lazy(async () => (await import('./ask-attach.tsx')).AskAttach, 0)

export function AskFiles(props: AskFilesProps) {
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [config, setConfig] = useState<DeskConfig | null>(null)
  const [chosen, setChosen] = useState<readonly File[]>([])
  const [isUsed, setUsed] = useState(hasFirstFiles(props.user))
  const take = (files: ArrayLike<File> | null | undefined) => {
    if (!files?.length) return
    setChosen(Array.from(files))
    setUsed(true)
  }
  useEffect(() => void deskConfig().then(setConfig), [])
  useEffect(() => {
    const place = box.current?.closest<HTMLElement>('.widget')
    const paste = (event: ClipboardEvent) => {
      const { files, types } = event.clipboardData ?? {}
      if (files === undefined || files.length === 0 || types?.includes('text/html') === true) return
      event.preventDefault()
      take(files)
    }
    const drop = (event: DragEvent) => take(event.dataTransfer?.files)
    place?.addEventListener('paste', paste)
    place?.addEventListener('drop', drop)
    return () => {
      place?.removeEventListener('paste', paste)
      place?.removeEventListener('drop', drop)
    }
  }, [])
  return (
    <div ref={box}>
      {config?.features.includes('attachments') === true && (<>
        <button type="button" class="quiet" style={{ whiteSpace: 'normal' }} data-testid={T.attachButton} onClick={() => input.current?.click()}>
          <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" aria-hidden="true"><path d={CLIP} /></svg>{t('widget.attach')}
        </button>
        {matchMedia('(pointer: coarse)').matches && <AttachMore area=".widget" onFiles={take} />}
      </>)}
      <input ref={input} type="file" multiple hidden data-testid={T.attachInput} onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = '' }} />
      {isUsed && <AskAttach {...props} chosen={chosen} access={(make) => holdAccess(props.rest, firstAccess(props.rest) ?? props.joined ?? make(deskConfig()))} />}
    </div>
  )
}

const CLIP = 'M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.6 1.6 0 0 1-2.3-2.3l7.8-7.8'
