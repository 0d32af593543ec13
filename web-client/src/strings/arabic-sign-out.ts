import type { SignOutKey } from './english-sign-out.ts'

export const ARABIC_SIGN_OUT: Readonly<Record<SignOutKey, string>> = {
  'signout.unsent': '{n|zero:لا رسائل تنتظر الإرسال.|one:رسالة واحدة لم تُرسل بعد.|two:رسالتان لم تُرسلا بعد.|few:# رسائل لم تُرسل بعد.|many:# رسالة لم تُرسل بعد.|other:# رسالة لم تُرسل بعد.}',
  'signout.hint': 'ما تحتفظ به يبقى على هذا الجهاز لك وحدك. عند دخولك التالي تختار إن كان سيُرسل.',
  'signout.unkept': 'لا مكان في هذا المتصفح لحفظ ما كتبته: يضيع عند خروجك.',
  'signout.send': 'أرسل أولًا ثم سجّل الخروج',
  'signout.keep': 'سجّل الخروج واحتفظ بها',
  'signout.discard': 'سجّل الخروج وتجاهلها',
  'signout.sending': 'جارٍ الإرسال…',
  'signout.no_connection': 'لا يوجد اتصال. تُرسل فور عودته، ثم تُسجَّل خارجًا.',
  'signout.refused': 'لم تُقبل. افتح التذكرة لتعرف السبب، أو اختر ما يحدث لها.',
}
