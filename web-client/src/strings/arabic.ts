import type { CommonKey } from './english.ts'

export const ARABIC: Readonly<Record<CommonKey, string>> = {
  'app.retry': 'أعد المحاولة',
  'app.cancel': 'إلغاء',
  'app.back': 'رجوع',
  'app.close': 'إغلاق',
  'app.dismiss': 'إخفاء',

  'new.title': 'تذكرة جديدة',

  'widget.title': 'الدعم',
  'widget.hello': 'كيف يمكننا المساعدة؟',
  'widget.start': 'ابدأ محادثة',
  'widget.yours': 'محادثاتك',
  'widget.online': 'نحن هنا.',
  'widget.away': 'لا أحد متصل الآن. اكتب إلينا: سنجيب هنا وتجد الجواب عند عودتك.',
  'widget.shut': 'نحن مغلقون الآن.',
  'widget.opens': 'نحن مغلقون الآن ونعود {when}.',
  'widget.empty': 'لا محادثات بعد.',
  'widget.signed_out': 'يرجى تسجيل الدخول لمراسلتنا.',

  'problem.unreachable': 'تعذر الوصول إلى الخادم.',
  'problem.unreadable': 'تعذرت قراءة الجواب.',
  'problem.other': 'لم ينجح ذلك ({code}).',
  'problem.malformed': 'لم يفهم الخادم هذا.',
  'problem.forbidden': 'لا يحق لك ذلك.',
  'problem.rate_limited': 'كان ذلك سريعًا جدًا. حاول بعد لحظة.',
  'problem.overloaded': 'المكتب مشغول جدًا. حاول بعد لحظة.',
  'problem.unavailable': 'المكتب غير متاح الآن. حاول بعد لحظة.',
  'problem.not_authenticated': 'انتهى تسجيل دخولك.',
  'problem.blocked': 'تم حظر وصولك.',
}
