// Shows the pictures of a message one by one, as large as the window allows. The arrow keys change the picture, Escape closes. The picture
// is the preview that the server made; the original can be downloaded.

import { useRef, useState } from 'preact/hooks'
import type { FileAccess } from '../client/file-access.ts'
import { inOwnOrder } from '../protocol/visible.ts'
import type { MessageFile, Problem } from '../protocol/model.ts'
import { fileSize } from '../locales/file-size.ts'
import { direction, t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { downloadFile } from './download-file.ts'
import { useAddress, useFiles, whyNotDownloaded } from './file-state.tsx'
import { Icon } from './icon.tsx'
import { Dialog } from './kit/dialog.tsx'
import css from './styles/gallery.css?inline'
import { useSheet } from './use-sheet.ts'

interface GalleryProps {
  readonly access: FileAccess
  readonly pictures: readonly MessageFile[]
  /** The id of the picture to show first. */
  readonly first: string
  readonly onClose: () => void
}

export function Gallery({ access, pictures, first, onClose }: GalleryProps) {
  const box = useRef<HTMLDivElement>(null)
  useSheet(box, css)
  const [chosen, setChosen] = useState(first)
  const [problem, setProblem] = useState<Problem | null>(null)
  const files = useFiles(access)
  const at = Math.max(0, pictures.findIndex(({ id }) => id === chosen))
  const picture = pictures[at]
  const { address, isMissing } = useAddress(files !== null && picture !== undefined ? () => files.preview(picture.id) : null, picture?.id ?? '')
  if (picture === undefined) return null
  const go = (by: 1 | -1) => {
    const next = pictures[(at + by + pictures.length) % pictures.length]
    if (next === undefined) return
    setProblem(null)
    setChosen(next.id)
  }
  const onKey = (event: KeyboardEvent) => {
    const [back, forward] = direction() === 'rtl' ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight']
    if (event.key !== forward && event.key !== back) return
    event.preventDefault()
    go(event.key === forward ? 1 : -1)
  }
  const download = async () => setProblem(await downloadFile(access, picture.id, picture.name))
  const hasMore = pictures.length !== 1
  return (
    <Dialog title={inOwnOrder(picture.name)} onClose={onClose} onKey={onKey} kind="gallery" testid={T.gallery}>
      <div class="gallery-body" ref={box} data-id={picture.id}>
        <div class="gallery-picture">
          {address !== null && <img src={address} alt={picture.name} />}
          {isMissing && <p role="alert">{t('files.picture_missing')}</p>}
        </div>
        {problem !== null && <p class="problem-text" role="alert">{t('files.refused_download', { why: whyNotDownloaded(problem) })}</p>}
        <div class="gallery-foot">
          {hasMore && <button type="button" class="quiet icon-button" aria-label={t('files.previous')} title={t('files.previous')} data-testid={T.galleryPrevious} onClick={() => go(-1)}><Icon name="before" /></button>}
          {hasMore && <span class="gallery-count" aria-live="polite">{t('files.of', { n: at + 1, all: pictures.length })}</span>}
          {hasMore && <button type="button" class="quiet icon-button" aria-label={t('files.next')} title={t('files.next')} data-testid={T.galleryNext} onClick={() => go(1)}><Icon name="after" /></button>}
          <span class="gallery-size">{fileSize(picture.size_bytes)}</span>
          <button type="button" aria-label={t('files.download', { name: picture.name })} data-testid={T.fileDownload} onClick={() => void download()}><Icon name="download" size={16} />{t('files.download_short')}</button>
        </div>
      </div>
    </Dialog>
  )
}
