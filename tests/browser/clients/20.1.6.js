// supertokens-website 20.1.6, with cookies or with headers.

import * as SuperTokens from 'supertokens-website';
import { expose } from './window/expose.js';

expose({
  init: ({ api, transfer, expiredStatus, note }) =>
    SuperTokens.init({
      apiDomain: api,
      tokenTransferMethod: transfer,
      sessionExpiredStatusCode: expiredStatus,
      onHandleEvent: ({ action }) => note(action),
    }),
  signOut: () => SuperTokens.signOut(),
  doesSessionExist: () => SuperTokens.doesSessionExist(),
  userId: () => SuperTokens.getUserId(),
  refresh: () => SuperTokens.attemptRefreshingSession(),
});
