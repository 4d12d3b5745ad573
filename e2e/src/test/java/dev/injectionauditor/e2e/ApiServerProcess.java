package dev.injectionauditor.e2e;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A kube-apiserver on 127.0.0.1 with an audit log; it can be stopped and started again on the same port. */
final class ApiServerProcess implements AutoCloseable {

    private static final String ADMIN_TOKEN = "admin";
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    private final Path binary;
    private final Path folder;
    private final int port;
    private final int etcdPort;
    private final boolean withServiceAccounts;
    private final ServingFiles certificate;
    private final String authority;
    private final HttpClient client;
    private final AuditLog auditLog;
    private ChildProcess process;
    private long failedOpenBefore;

    /**
     * Starts it and waits until it is ready.
     *
     * @param folder of its own
     * @param serviceAccountKey signs and verifies tokens of service accounts
     * @param withServiceAccounts whether somebody makes the service accounts that Pods need
     * @param webhookToken what it authenticates itself with to webhooks
     */
    ApiServerProcess(
            Path binary,
            Path folder,
            int port,
            int etcdPort,
            Path serviceAccountKey,
            boolean withServiceAccounts,
            String webhookToken)
            throws IOException, GeneralSecurityException, InterruptedException {
        this.binary = binary;
        this.folder = Files.createDirectories(folder);
        this.port = port;
        this.etcdPort = etcdPort;
        this.withServiceAccounts = withServiceAccounts;
        LocalCertificates certificates = new LocalCertificates();
        this.certificate = certificates.writeServing(folder.resolve("tls"), "kubernetes.default.svc");
        this.authority = certificates.authorityPem();
        Files.writeString(folder.resolve("authority.crt"), authority);
        this.client =
                HttpClient.newBuilder().sslContext(Tls.trusting(authority)).build();
        this.auditLog = new AuditLog(folder.resolve("audit.log"));
        Files.copy(serviceAccountKey, folder.resolve("service-account.key"));
        writeFiles(webhookToken);
        start();
    }

    private void writeFiles(String webhookToken) throws IOException {
        Files.writeString(folder.resolve("tokens.csv"), ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n");
        Files.writeString(folder.resolve("audit-policy.yaml"), AuditLog.POLICY);
        Files.writeString(folder.resolve("admission.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AdmissionConfiguration
                plugins:
                - name: MutatingAdmissionWebhook
                  configuration:
                    apiVersion: apiserver.config.k8s.io/v1
                    kind: WebhookAdmissionConfiguration
                    kubeConfigFile: %s
                """.formatted(folder.resolve("webhooks.kubeconfig")));
        Files.writeString(folder.resolve("webhooks.kubeconfig"), """
                apiVersion: v1
                kind: Config
                users:
                - name: '*'
                  user: {token: %s}
                """.formatted(webhookToken));
        Files.writeString(kubeconfig(), """
                apiVersion: v1
                kind: Config
                current-context: e2e
                contexts:
                - name: e2e
                  context: {cluster: e2e, user: admin}
                clusters:
                - name: e2e
                  cluster: {server: "https://127.0.0.1:%d", certificate-authority: "%s"}
                users:
                - name: admin
                  user: {token: %s}
                """.formatted(port, folder.resolve("authority.crt"), ADMIN_TOKEN));
    }

    private void start() throws IOException, InterruptedException {
        process = new ChildProcess(
                folder.resolve("kube-apiserver.log"),
                List.of(
                        binary.toString(),
                        "--etcd-servers=http://127.0.0.1:" + etcdPort,
                        "--bind-address=127.0.0.1",
                        "--advertise-address=127.0.0.1",
                        "--endpoint-reconciler-type=none",
                        "--secure-port=" + port,
                        "--tls-cert-file=" + certificate.certificate(),
                        "--tls-private-key-file=" + certificate.key(),
                        "--token-auth-file=" + folder.resolve("tokens.csv"),
                        "--authorization-mode=RBAC",
                        "--service-cluster-ip-range=10.0.0.0/24",
                        "--service-account-issuer=https://kubernetes.default.svc",
                        "--service-account-key-file=" + folder.resolve("service-account.key"),
                        "--service-account-signing-key-file=" + folder.resolve("service-account.key"),
                        "--disable-admission-plugins=" + (withServiceAccounts ? "" : "ServiceAccount"),
                        "--admission-control-config-file=" + folder.resolve("admission.yaml"),
                        "--audit-policy-file=" + folder.resolve("audit-policy.yaml"),
                        "--audit-log-path=" + folder.resolve("audit.log"),
                        "--audit-log-maxsize=10000",
                        "--v=1"));
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isReady()) {
            process.check(System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + ADMIN_TOKEN)
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    Path kubeconfig() {
        return folder.resolve("kubeconfig");
    }

    AuditLog auditLog() {
        return auditLog;
    }

    String version() throws IOException, InterruptedException {
        return get("/version").body().replaceAll("(?s).*\"gitVersion\": *\"([^\"]+)\".*", "$1");
    }

    /** {@code apiserver_admission_webhook_fail_open_count}, from before restarts as well. */
    long failOpenCount(String webhook) throws IOException, InterruptedException {
        return failedOpenBefore
                + get("/metrics")
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("apiserver_admission_webhook_fail_open_count{")
                                && line.contains("name=\"" + webhook + "\""))
                        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum();
    }

    /** Stops it as an administrator would, and starts it again. */
    void restart(String webhook) throws IOException, InterruptedException {
        process.close();
        // What it counted last nobody can read any more; what it has logged is the same.
        failedOpenBefore =
                auditLog.calls(webhook).stream().filter(call -> !call.applied()).count();
        start();
    }

    @Override
    public void close() {
        process.close();
        client.shutdownNow();
    }
}
