/**
 * Certificates that the webhook makes for itself: an authority and a serving certificate, renewed before they expire
 * and shared between replicas.
 *
 * <p>For: operators without cert-manager. May touch: one Secret, and {@code caBundle} of one
 * MutatingWebhookConfiguration. Data comes from the Secret, which is the truth for all replicas, and goes back to it;
 * each replica reads it every half minute and writes with the resource version it has read, so that of two that renew
 * at the same time one loses and takes what the other made.
 *
 * <p>A new authority first joins the old one in {@code caBundle}; when every API server has had time to learn of it, it
 * signs the serving certificate; the old one leaves when it has expired. So whoever connects, at whatever moment,
 * trusts what is served. If the Secret is lost, a new authority signs at once, and the old ones stay in
 * {@code caBundle} for the replicas that have not noticed yet. {@code RenewalRule} decides that, {@code Pki} signs,
 * {@code CaBundle} reads what is trusted, {@code CertificateStore} talks to the cluster.
 *
 * <p>What the service account needs, in the namespace of the Secret: {@code create} on {@code secrets}; {@code get} and
 * {@code update} on {@code secrets} with the name given by {@code --tls-secret}. In the cluster: {@code get} and
 * {@code update} on {@code mutatingwebhookconfigurations} (admissionregistration.k8s.io) with the name given by
 * {@code --webhook-configuration}. And its token has to be mounted.
 *
 * <p>Nothing here is loaded in the other mode: the client library would cost memory and start-up time.
 */
@NullMarked
package dev.injectionauditor.webhook.selfmanaged;

import org.jspecify.annotations.NullMarked;
