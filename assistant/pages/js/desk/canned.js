// Sentences agents write most, in the customer's language. They promise nothing and contain no figure.

export const CANNED = [
  ['greet', '您好，我是人工客服，之前的内容我已经看到，您不用重复说明。', 'Hello, I am a member of staff. I can see what you wrote, so there is no need to repeat it.'],
  ['safe', '为了您的资金安全，请先不要再转账，也不要把验证码、密码告诉任何人。我们的工作人员不会要求您转账到个人账户。', 'For your safety, please make no more transfers and share no code or password. Our staff never ask you to transfer money to a personal account.'],
  ['police', '请保留聊天和转账记录，并尽快拨打 110 或全国反诈专线 96110。我这边同时为您登记处理。', 'Please keep the chat and transfer records and call the police on 110 or the anti-fraud line 96110. I am registering your case at the same time.'],
  ['moment', '我正在为您核实，请稍等，有结果马上告诉您。', 'I am checking this for you and will tell you as soon as I know.'],
  ['more', '为了帮您核实，请告诉我事情发生的时间和大概经过。请不要发送密码或验证码。', 'To check this, please tell me when it happened and roughly how. Please do not send passwords or codes.'],
  ['sorry', '给您带来不便，非常抱歉。我会负责跟到底。', 'I am sorry for the trouble. I will see this through to the end.'],
  ['channels', '如果您对处理结果不满意，可以向我们投诉，也可以拨打 12378 向监管部门反映。', 'If you are not satisfied you may complain to us, or to the regulator on 12378.'],
  ['end', '请问还有其他可以帮您的吗？如果没有，我就先为您办结，之后随时可以再找我们。', 'Is there anything else I can do? If not, I will close this for now; you can come back at any time.'],
];
