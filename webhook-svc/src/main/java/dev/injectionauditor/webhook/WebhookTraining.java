package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.injectionauditor.webhook.http.RequestCheck;
import dev.injectionauditor.webhook.selfmanaged.TemporaryCertificate;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Makes an AOT cache for the webhook (JEP 483, 514, 515): starts it as in production, calls it for some seconds, and
 * tells it to stop, upon which the JVM writes down what it has loaded and learned. Needs nothing but loopback:
 *
 * <pre>{@code
 * java -cp webhook-svc.jar dev.injectionauditor.webhook.WebhookTraining webhook-svc.aot @jvm.options -jar webhook-svc.jar
 * java @jvm.options -XX:AOTCache=webhook-svc.aot -jar webhook-svc.jar ...
 * }</pre>
 *
 * The cache fits the JDK, the options and the files it was made with; the JVM goes on without it if they differ.
 */
public final class WebhookTraining {

    private static final int CONNECTIONS = 16;
    private static final int REQUESTS = 1_000;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final int LONGEST_END_SECONDS = 180;

    private WebhookTraining() {}

    /** @param arguments the file to make, then the arguments of the JVM that start the webhook, without its options */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("webhook-training");
        try {
            train(folder, arguments[0], List.of(arguments).subList(1, arguments.length));
        } finally {
            delete(folder);
        }
    }

    private static void train(Path folder, String cache, List<String> jvm) throws Exception {
        CertificateSource.InFiles tls = TemporaryCertificate.write(folder);
        int port = freePort();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.add("-XX:AOTCacheOutput=" + cache);
        command.add("-Xlog:aot=off");
        command.addAll(jvm);
        command.addAll(List.of(
                "--cluster=training",
                "--kubernetes-service-host=10.0.0.1",
                "--address=127.0.0.1",
                "--port=" + port,
                "--management-port=0",
                "--tls-cert=" + tls.certificate(),
                "--tls-key=" + tls.key(),
                "--spool-folder=" + folder.resolve("spool"),
                "--drain=0s",
                "--kafka-bootstrap-servers=127.0.0.1:" + freePort())); // where nobody is
        Process webhook = new ProcessBuilder(command).inheritIO().start();
        try {
            X509Certificate certificate = TlsIdentity.of(
                            Files.readAllBytes(tls.certificate()), Files.readString(tls.key()), null)
                    .certificate();
            SSLContext trusting = SSLContext.getInstance("TLS");
            trusting.init(null, new TrustManager[] {SelfCheck.trusting(certificate)}, null);
            awaitListening(webhook, port);
            for (int i = 0; i < CONNECTIONS; i++) {
                call(trusting, port);
            }
            webhook.destroy();
            if (!webhook.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS) || !Files.exists(Path.of(cache))) {
                throw new IOException("the JVM has not made the cache");
            }
        } finally {
            webhook.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitListening(Process webhook, int port) throws IOException {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (true) {
            try {
                new Socket("127.0.0.1", port).close();
                return;
            } catch (IOException e) {
                if (!webhook.isAlive() || System.nanoTime() > end) {
                    throw new IOException("the webhook does not start", e);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    private static void call(SSLContext tls, int port) throws IOException {
        try (SSLSocket connection = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", port)) {
            byte[] answers = new byte[64 * 1024];
            for (int i = 0; i < REQUESTS; i++) {
                connection.getOutputStream().write(request());
                if (connection.getInputStream().read(answers) < 0) {
                    throw new IOException("the connection has ended");
                }
            }
        }
    }

    /** A Pod as it often is. */
    private static byte[] request() {
        String body = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",\
                "kind":{"group":"","version":"v1","kind":"Pod"},\
                "resource":{"group":"","version":"v1","resource":"pods"},\
                "namespace":"shop","operation":"CREATE","userInfo":{"username":"system:serviceaccount:kube-system:\
                replicaset-controller","groups":["system:serviceaccounts"]},"object":{"kind":"Pod","apiVersion":"v1",\
                "metadata":{"generateName":"web-8d88b6668-","labels":{"app":"web"},"annotations":{"a":"b"},\
                "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-8d88b6668",\
                "uid":"15bbbd0d-1e5b-4a88-8a7c-9c5f0f0f2f0e","controller":true,"blockOwnerDeletion":true}]},\
                "spec":{"volumes":[{"name":"token","projected":{"sources":[{"serviceAccountToken":\
                {"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],"initContainers":[{"name":"init",\
                "image":"i","env":[{"name":"A","value":"b"}]}],"containers":[{"name":"web","image":"i","ports":\
                [{"containerPort":80,"protocol":"TCP"}],"resources":{"limits":{"cpu":"1"}},"terminationMessagePath":\
                "/dev/termination-log"},{"name":"side","image":"i","env":[{"name":"KUBERNETES_SERVICE_HOST",\
                "value":"10.0.0.2"}]}],"restartPolicy":"Always","tolerations":[{"key":"node.kubernetes.io/not-ready",\
                "operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]},"status":{}},"oldObject":null,\
                "dryRun":false,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}""".formatted(UUID.randomUUID());
        String head = "POST " + RequestCheck.PATH + "?timeout=2s HTTP/1.1\r\nHost: webhook\r\n"
                + "User-Agent: kube-apiserver-admission\r\nAccept: application/json, */*\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(US_ASCII);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
