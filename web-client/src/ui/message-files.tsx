// The files of a message: a row for each file, and previews of pictures. Loaded with the first message that has files.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { FileAccess } from '../client/file-access.ts'
import type { MessageFile, Problem } from '../protocol/model.ts'
import type { Pending } from '../timeline/state.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { downloadFile } from './download-file.ts'
import { FileIcon, NameAndSize, Progress, uploadWords, useAddress, useFiles, whyNotDownloaded } from './file-state.tsx'
import { Icon } from './icon.tsx'
import { lazy } from './lazy.tsx'
import css from './styles/files.css?inline'
import { useSheet } from './use-sheet.ts'

export const Gallery = lazy(async () => (await import('./gallery.tsx')).Gallery, 0)

/** Whether the file can be downloaded. */
export function isOpen({ state }: Pick<MessageFile, 'state'>): boolean {
  return state === 'clean' || state === 'not_scanned'
}

interface FilesProps {
  readonly access: FileAccess
  readonly files: readonly MessageFile[]
}

export function MessageFiles({ access, files }: FilesProps) {
  const box = useRef<HTMLUListElement>(null)
  useSheet(box, css)
  const [shown, setShown] = useState<string | null>(null)
  const pictures = files.filter((file) => file.preview && isOpen(file))
  return (
    <>
      <ul class="files" ref={box} aria-label={t('files.attached')}>
        {files.map((file) => (
          <li key={file.id} class={`file-card ${file.preview && isOpen(file) ? 'pictured' : ''}`} data-testid={T.file} data-id={file.id} data-state={file.state}>
            {file.preview && isOpen(file) && <Preview access={access} file={file} onOpen={() => setShown(file.id)} />}
            <FileRow access={access} file={file} />
          </li>
        ))}
      </ul>
      {shown !== null && pictures.length > 0 && <Gallery access={access} pictures={pictures} first={shown} onClose={() => setShown(null)} />}
    </>
  )
}

/** The name, size and state of a file, and the button to download it. */
export function FileRow({ access, file }: { readonly access: FileAccess; readonly file: MessageFile }) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const download = async () => {
    if (isBusy) return
    setBusy(true)
    setProblem(await downloadFile(access, file.id, file.name))
    setBusy(false)
  }
  // Say it aloud if a file turns out to be infected while its message is shown.
  const before = useRef(file.state)
  const isNews = useRef(false)
  if (before.current !== file.state) {
    isNews.current = before.current === 'checking' && !isOpen(file)
    before.current = file.state
  }
  const isBlocked = file.state === 'infected' || file.state === 'not_scannable'
  return (
    <div class={`file-row ${isBlocked ? 'blocked' : ''}`}>
      {isBlocked ? <Icon name="shield" /> : <FileIcon type={file.content_type} />}
      <span class="file-text">
        <NameAndSize name={file.name} size={file.size_bytes} />
        {file.state !== 'clean' && <span class="file-words" role={isNews.current ? 'alert' : undefined} data-testid={T.fileState}>{t(`files.${file.state}`)}</span>}
        {problem !== null && <span class="problem-text" role="alert" data-testid={T.problem} data-code={problem.code}>{t('files.refused_download', { why: whyNotDownloaded(problem) })}</span>}
      </span>
      {isOpen(file) && <button type="button" class="quiet icon-button" aria-label={t('files.download', { name: file.name })} title={t('files.download_short')} aria-disabled={isBusy} data-testid={T.fileDownload} onClick={() => void download()}><Icon name="download" size={18} /></button>}
    </div>
  )
}

const PREVIEW_WIDTH_PX = 320
const PREVIEW_HEIGHT_PX = 240

/** The size of a picture's preview in pixels. A small picture is not enlarged. */
function sizeOf({ width, height }: MessageFile): { readonly width: number; readonly height: number } {
  if (width === null || height === null || width === 0 || height === 0) return { width: PREVIEW_WIDTH_PX, height: PREVIEW_HEIGHT_PX }
  const scale = Math.min(1, PREVIEW_WIDTH_PX / width, PREVIEW_HEIGHT_PX / height)
  return { width: Math.max(MIN_PX, Math.round(width * scale)), height: Math.max(MIN_PX, Math.round(height * scale)) }
}

const MIN_PX = 32
/** The preview is loaded when it is this close to the visible part of the page. */
const NEAR = '300px'

/** The preview of a picture, loaded when it is nearly visible. It opens the gallery. */
export function Preview({ access, file, onOpen }: { readonly access: FileAccess; readonly file: MessageFile; readonly onOpen: () => void }) {
  const box = useRef<HTMLButtonElement>(null)
  const [isNear, setNear] = useState(false)
  const files = useFiles(access)
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new IntersectionObserver((entries) => { if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true) }, { rootMargin: NEAR })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const { address, isMissing } = useAddress(isNear && files !== null ? () => files.preview(file.id) : null, file.id)
  const { width, height } = sizeOf(file)
  return (
    <button ref={box} type="button" class="file-preview" style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }} aria-label={t('files.open', { name: file.name })} data-testid={T.filePreview} data-shown={address !== null} onClick={onOpen}>
      {address !== null && <img src={address} alt="" />}
      {isMissing && <span class="file-words">{t('files.picture_missing')}</span>}
      {address === null && !isMissing && <FileIcon type={file.content_type} />}
    </button>
  )
}

interface PendingProps {
  readonly access: FileAccess
  readonly pending: Pending
  readonly onDiscard: (key: string) => void
}

/** The files of a message that is not stored yet, with the progress of their uploads. While it waits for them, it can be discarded. */
export function PendingFiles({ access, pending, onDiscard }: PendingProps) {
  const box = useRef<HTMLUListElement>(null)
  useSheet(box, css)
  const states = useFiles(access)?.states.value
  const { key, state: { kind }, files = [] } = pending
  const isUploading = kind === 'waiting' && files.some((file) => states?.get(file.key)?.kind !== 'stored')
  const discard = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    // With the keyboard, the focus would be lost with the button. With a finger, the focus would open the screen's keyboard.
    if (event.detail === 0) event.currentTarget.closest('.ticket')?.querySelector<HTMLElement>('.composer textarea')?.focus()
    onDiscard(key)
  }
  return (
    <div class="pending-files">
      <ul class="files" ref={box} aria-label={t('files.attached')}>
        {files.map((file) => {
          const state = states?.get(file.key) ?? null
          return (
            <li key={file.key} class="file-card" data-testid={T.file} data-state={state?.kind ?? 'waiting'}>
              <div class="file-row">
                <FileIcon type="" />
                <span class="file-text">
                  <NameAndSize name={file.name} size={file.size_bytes} />
                  <span class="file-words" data-testid={T.fileState}>{uploadWords(state, file.size_bytes)}</span>
                  <Progress state={state} size={file.size_bytes} />
                </span>
              </div>
            </li>
          )
        })}
      </ul>
      {isUploading && <button type="button" class="quiet" data-testid={T.messageDiscard} onClick={(event) => discard(event)}>{t('timeline.discard')}</button>}
    </div>
  )
}
