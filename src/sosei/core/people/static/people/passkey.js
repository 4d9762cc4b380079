// Passkeys: a form with data-passkey="create" or "get" asks the device for a credential before it is sent.
// The options stand in the JSON block named by data-options, or are fetched from the form's own address.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const withBytes = (descriptors) => (descriptors ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

function creationOptions({ publicKey }, alone) {
  const selection = { ...publicKey.authenticatorSelection };
  if (alone) {
    Object.assign(selection, { residentKey: 'required', requireResidentKey: true, userVerification: 'required' });
  } else {
    Object.assign(selection, { residentKey: 'discouraged', requireResidentKey: false });
  }
  return {
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      authenticatorSelection: selection,
    },
  };
}

function requestOptions({ publicKey }) {
  return {
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  };
}

function asJson(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return (await answer.json()).request_options;
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === 'get') return navigator.credentials.get(requestOptions(options));
  const alone = form.elements.namedItem('passwordless')?.checked ?? false;
  return navigator.credentials.create(creationOptions(options, alone));
}

function tell(form, key) {
  const error = form.querySelector('[data-passkey-error]');
  error.textContent = error.dataset[key];
  error.hidden = false;
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential || !navigator.credentials) {
      tell(form, 'unsupported');
      return;
    }
    form.querySelector('[data-passkey-error]').hidden = true;
    try {
      form.elements.namedItem('credential').value = asJson(await ask(form));
    } catch {
      tell(form, 'failed');
      return;
    }
    form.submit();
  });
}
