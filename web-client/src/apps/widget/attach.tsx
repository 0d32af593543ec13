// The button to choose files in the widget. The camera is loaded on devices that are touched, and the words that say where files can be
// dropped when files are first dragged over the widget.

import { useEffect, useState } from 'preact/hooks'
import { t } from '../../locales/index.ts'
import { ChooseButton, type ButtonsProps } from '../../ui/choose-button.tsx'
import { lazy } from '../../ui/lazy.tsx'

const AttachMore = lazy(async () => (await import('../../ui/attach-button.tsx')).AttachMore, 0)

export function AttachButtons(props: ButtonsProps) {
  const [hasMore, setMore] = useState(matchMedia('(pointer: coarse)').matches)
  useEffect(() => {
    const enter = () => setMore(true)
    addEventListener('dragenter', enter)
    return () => removeEventListener('dragenter', enter)
  }, [])
  return <ChooseButton {...props} label={t('widget.attach')}>{hasMore && <AttachMore {...props} />}</ChooseButton>
}
