package dev.injectionauditor.webhook.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection after its TLS handshake: bytes in, bytes out, and time in the hands of the test. */
class ConnectionTest {

    private static final int MOST = 100_000;
    private static final String PATH = "/webhooks/kubernetes-service-host?timeout=2s";
    private static final HttpLimits LIMITS = new HttpLimits(MOST, Duration.ofSeconds(10), Duration.ofSeconds(180));

    private final RecordingListener listener = new RecordingListener();
    private final List<String> bodies = new ArrayList<>();
    private boolean closing;
    private EmbeddedChannel connection;

    @BeforeEach
    void connect() {
        connection = new EmbeddedChannel(
                new ConnectionTimeouts(LIMITS, listener),
                new HttpServerCodec(),
                new AdmissionHandler(MOST, new CallerCheck(null, "own"), this::answer, () -> closing, listener));
        connection.freezeTime();
    }

    @AfterEach
    void disconnect() {
        connection.finishAndReleaseAll();
    }

    private Outcome answer(byte[] body) {
        String text = new String(body, ISO_8859_1);
        bodies.add(text);
        return switch (text) {
            case "bad" -> new Outcome.Rejected(BadInput.NOT_JSON, "bad indeed");
            case "defect" -> throw new IllegalStateException("a secret");
            case "deep defect" -> throw new StackOverflowError("a secret");
            default -> new Outcome.Ignored(("answer to " + text).getBytes(ISO_8859_1));
        };
    }

    @Test
    void shouldAnswerOneRequestAfterTheOther() {
        assertThat(sent(post("one"))).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nanswer to one");
        assertThat(sent(post("two"))).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nanswer to two");

        assertThat(connection.isOpen()).isTrue();
        assertThat(listener.answered).hasSize(2);
    }

    @Test
    void shouldAnswerRequestsThatComeTogetherInOrder() {
        assertThat(sent(post("one") + post("two"))).containsSubsequence("answer to one", "answer to two");
    }

    @Test
    void shouldSayWhatTheAnswerIs() {
        assertThat(sent(post("one")))
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("content-length: 13\r\n")
                .doesNotContainIgnoringCase("connection:");
    }

    @Test
    void shouldPutABodyTogether() {
        // Given a body that arrives byte by byte, without a length
        String request = post("x").replace("content-length: 1\r\n\r\nx", "transfer-encoding: chunked\r\n\r\n")
                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

        // When it is sent
        StringBuilder received = new StringBuilder();
        for (char c : request.toCharArray()) {
            received.append(sent(String.valueOf(c)));
        }

        // Then it is whole
        assertThat(received.toString()).endsWith("answer to abcde");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, MOST})
    void shouldReadBodiesUpToTheLimit(int length) {
        String body = "x".repeat(length);

        assertThat(sent(post(body))).contains("answer to xxx".substring(0, 11));
        assertThat(bodies).containsExactly(body);
    }

    @Test
    void shouldRefuseALongerBodyAtOnceAndPassOverIt() {
        // When only the head has been sent
        String received = sent(head("content-length: " + (MOST + 1)));

        // Then the answer is there, and the connection ends after the body
        assertThat(received)
                .startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("connection: close\r\n")
                .endsWith("the body is over the limit\n");
        sent("x".repeat(MOST));
        assertThat(connection.isOpen()).isTrue();
        assertThat(sent("x")).isEmpty();
        assertThat(connection.isOpen()).isFalse();
        assertThat(bodies).isEmpty();
        assertThat(listener.rejected).containsExactly(BadInput.TOO_LARGE);
    }

    @Test
    void shouldRefuseALongerBodyThatDoesNotSayItsLength() {
        sent(head("transfer-encoding: chunked"));
        assertThat(sent("18000\r\n" + "x".repeat(0x18000) + "\r\n")).isEmpty();

        assertThat(sent("1000\r\n" + "x".repeat(0x1000) + "\r\n")).startsWith("HTTP/1.1 413 ");

        sent("0\r\n\r\n");
        assertThat(connection.isOpen()).isFalse();
        assertThat(bodies).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /webhooks/other HTTP/1.1                          | application/json | 404 | PATH",
                "POST /webhooks/kubernetes-service-host/ HTTP/1.1       | application/json | 404 | PATH",
                "GET / HTTP/1.1                                         |                  | 404 | PATH",
                "GET /webhooks/kubernetes-service-host HTTP/1.1         | application/json | 405 | METHOD",
                "PUT /webhooks/kubernetes-service-host HTTP/1.1         | application/json | 405 | METHOD",
                "POST /webhooks/kubernetes-service-host HTTP/1.1        | text/plain       | 415 | CONTENT_TYPE",
                "POST /webhooks/kubernetes-service-host HTTP/1.1        | application/yaml | 415 | CONTENT_TYPE",
                "POST /webhooks/kubernetes-service-host HTTP/1.1        |                  | 415 | CONTENT_TYPE",
            })
    void shouldTurnAwayWhatIsNotForIt(String requestLine, String contentType, int status, BadInput reason) {
        // When another request is sent, with a body
        String received = sent(requestLine + "\r\nhost: a\r\ncontent-length: 2\r\n"
                + (contentType == null ? "" : "content-type: " + contentType + "\r\n") + "\r\n{}");

        // Then there is a reason in one line, and the connection can be used on
        assertThat(received)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: text/plain; charset=utf-8\r\n")
                .endsWith("\r\n\r\n" + reason.text() + "\n");
        assertThat(listener.rejected).containsExactly(reason);
        assertThat(sent(post("next"))).endsWith("answer to next");
    }

    @Test
    void shouldSayWhichMethodIsAllowed() {
        assertThat(sent("DELETE " + PATH + " HTTP/1.1\r\nhost: a\r\n\r\n")).containsIgnoringCase("allow: POST\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON; charset=utf-8", "application/json;"})
    void shouldTakeJsonHoweverItIsWritten(String contentType) {
        assertThat(sent(post("one").replace("application/json", contentType))).endsWith("answer to one");
    }

    @Test
    void shouldTurnAwayACompressedBody() {
        assertThat(sent(post("one").replace("host: a", "host: a\r\ncontent-encoding: gzip")))
                .startsWith("HTTP/1.1 415 ");
        assertThat(sent(post("one").replace("host: a", "host: a\r\ncontent-encoding: identity")))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldTurnAwayAnEmptyBody() {
        assertThat(sent(post(""))).startsWith("HTTP/1.1 400 ").endsWith("the body is empty\n");
    }

    @Test
    void shouldPassOnWhatTheAdmissionRejects() {
        assertThat(sent(post("bad"))).startsWith("HTTP/1.1 400 ").endsWith("\r\n\r\nbad indeed\n");

        assertThat(listener.rejected).containsExactly(BadInput.NOT_JSON);
        assertThat(listener.answered).isEmpty();
        assertThat(connection.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"defect", "deep defect"})
    void shouldTellTheCallerNothingOfADefect(String body) {
        String received = sent(post(body));

        assertThat(received)
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("secret")
                .doesNotContain("Exception");
        assertThat(listener.failed).hasSize(1);
        assertThat(sent(post("next"))).endsWith("answer to next");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "\0\1\2\3\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\n: x\r\n\r\n",
            })
    void shouldEndAConnectionThatDoesNotSpeakHttp(String nonsense) {
        String received = sent(nonsense + post("smuggled"));

        assertThat(received).startsWith("HTTP/1.1 400 ").containsIgnoringCase("connection: close\r\n");
        assertThat(connection.isOpen()).isFalse();
        assertThat(bodies).isEmpty();
        assertThat(listener.rejected).containsExactly(BadInput.BAD_HTTP);
    }

    @Test
    void shouldEndAConnectionWithABrokenChunk() {
        String received = sent(head("transfer-encoding: chunked") + "zz\r\n");

        assertThat(received).startsWith("HTTP/1.1 400 ");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldAskForABodyThatWaitsForIt() {
        assertThat(sent(head("content-length: 3\r\nexpect: 100-continue"))).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(sent("abc")).endsWith("answer to abc");
    }

    @Test
    void shouldNotAskForABodyThatIsTooLong() {
        String received = sent(head("content-length: " + (MOST + 1) + "\r\nexpect: 100-continue"));

        assertThat(received).startsWith("HTTP/1.1 413 ");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldEndTheConnectionIfTheCallerWantsIt() {
        assertThat(sent(post("one").replace("host: a", "host: a\r\nconnection: close")))
                .containsIgnoringCase("connection: close\r\n")
                .endsWith("answer to one");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldEndTheConnectionAfterTheAnswerWhenTheServerCloses() {
        // Given a request that is under way
        String request = post("one");
        sent(request.substring(0, 10));

        // When the server closes
        closing = true;
        connection.pipeline().fireUserEventTriggered(HttpsServer.CLOSING);

        // Then it is answered first
        assertThat(connection.isOpen()).isTrue();
        assertThat(sent(request.substring(10)))
                .containsIgnoringCase("connection: close\r\n")
                .endsWith("answer to one");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldEndAnIdleConnectionWhenTheServerCloses() {
        sent(post("one"));

        connection.pipeline().fireUserEventTriggered(HttpsServer.CLOSING);

        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldEndAConnectionThatIsIdleForLong() {
        pass(179);
        sent(post("one"));
        pass(179);
        assertThat(connection.isOpen()).isTrue();

        pass(3);

        assertThat(connection.isOpen()).isFalse();
        assertThat(listener.rejected).isEmpty();
    }

    @Test
    void shouldEndAConnectionWhoseRequestTricklesIn() {
        // Given a caller that sends a byte each second
        String request = post("one");
        for (int i = 0; i < 10; i++) {
            assertThat(connection.isOpen()).as("after %d s", i).isTrue();
            sent(request.substring(i, i + 1));
            pass(1);
        }

        // When the limit is over
        pass(2);

        // Then it is cut off, and counted
        assertThat(connection.isOpen()).isFalse();
        assertThat(listener.rejected).containsExactly(BadInput.TOO_SLOW);
    }

    @Test
    void shouldNotWaitForeverForTheRestOfARejectedBody() {
        sent(head("content-length: " + (MOST + 1)));
        sent("x");

        pass(12);

        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldKeepAConnectionWhoseRejectedBodyCameLater() {
        // Given a request that is turned away by its head, and whose body comes after the answer
        String rejected = post("one").replace("application/json", "text/plain");
        assertThat(sent(rejected.substring(0, rejected.length() - 3))).startsWith("HTTP/1.1 415 ");
        assertThat(sent("one")).isEmpty();

        // When more than the limit of a request goes by
        pass(30);

        // Then the connection is still there, and ends as an idle one does
        assertThat(connection.isOpen()).isTrue();
        assertThat(listener.rejected).containsExactly(BadInput.CONTENT_TYPE);
        assertThat(sent(post("two"))).endsWith("answer to two");
        pass(182);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void shouldNotWaitForeverForTheRestOfARejectedBodyOnAKeptConnection() {
        String rejected = post("one").replace("application/json", "text/plain");
        sent(rejected.substring(0, rejected.length() - 3));
        sent("o");

        pass(12);

        assertThat(connection.isOpen()).isFalse();
        assertThat(listener.rejected).containsExactly(BadInput.CONTENT_TYPE, BadInput.TOO_SLOW);
    }

    @Test
    void shouldGiveEachRequestItsOwnTime() {
        for (int i = 0; i < 20; i++) {
            assertThat(sent(post("one"))).endsWith("answer to one");
            pass(8);
        }
        assertThat(connection.isOpen()).isTrue();
    }

    private static String post(String body) {
        return head("content-length: " + body.length()) + body;
    }

    private static String head(String header) {
        return "POST " + PATH + " HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n" + header + "\r\n\r\n";
    }

    /** What comes back at once when this is sent. */
    private String sent(String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
        StringBuilder received = new StringBuilder();
        for (ByteBuf part = connection.readOutbound(); part != null; part = connection.readOutbound()) {
            received.append(part.toString(ISO_8859_1));
            part.release();
        }
        return received.toString();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            connection.advanceTimeBy(1, TimeUnit.SECONDS);
            connection.runPendingTasks();
        }
    }
}
