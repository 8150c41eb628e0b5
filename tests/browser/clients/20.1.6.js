// supertokens-website 20.1.6, with cookies or with headers.

import * as SuperTokens from 'supertokens-website';
import { expose } from './window/expose.js';

expose({
  init: ({ api, transfer, note }) =>
    SuperTokens.init({ apiDomain: api, tokenTransferMethod: transfer, onHandleEvent: ({ action }) => note(action) }),
  signOut: () => SuperTokens.signOut(),
  doesSessionExist: () => SuperTokens.doesSessionExist(),
  userId: () => SuperTokens.getUserId(),
  refresh: () => SuperTokens.attemptRefreshingSession(),
});
