package dev.injectionauditor.webhook.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an unencrypted private key in PEM: PKCS 8, and the older forms for RSA (PKCS 1) and elliptic curves (SEC 1)
 * that cert-manager and Go programs write unless told otherwise. The JDK reads PKCS 8 only, so those are wrapped.
 */
public final class PemPrivateKey {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xA0;
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private PemPrivateKey() {}

    /** @throws GeneralSecurityException if there is no such key; the message quotes nothing of the text */
    public static PrivateKey parse(String pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeyException("the key file holds no private key in PEM");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("the key file holds a private key that is not well-formed");
        }
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> ofPkcs8(der);
            case "RSA PRIVATE KEY" -> ofPkcs8(wrap(RSA, der));
            case "EC PRIVATE KEY" -> ofPkcs8(wrap(join(EC, curve(der)), der));
            default ->
                throw new InvalidKeyException("the key file holds a private key of a kind that is not supported here");
        };
    }

    private static PrivateKey ofPkcs8(byte[] der) throws GeneralSecurityException {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // a key of another algorithm
            }
        }
        throw new InvalidKeyException("the key file holds a private key that is not well-formed");
    }

    /** PKCS 8 (RFC 5208): version, algorithm, key. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, join(VERSION_0, der(SEQUENCE, algorithm), der(OCTET_STRING, key)));
    }

    /** The curve of a SEC 1 key (RFC 5915): version, key, [0] curve, [1] public key. */
    private static byte[] curve(byte[] sec1) throws InvalidKeyException {
        try {
            ByteBuffer fields = content(ByteBuffer.wrap(sec1));
            while (fields.hasRemaining()) {
                boolean isCurve = (fields.get(fields.position()) & 0xFF) == CURVE;
                ByteBuffer field = content(fields);
                if (isCurve) {
                    byte[] curve = new byte[field.remaining()];
                    field.get(curve);
                    return curve;
                }
            }
        } catch (RuntimeException e) {
            throw new InvalidKeyException("the key file holds a private key that is not well-formed");
        }
        throw new InvalidKeyException("the key file holds a private key that does not name its curve");
    }

    /** Steps over an element and returns what is in it. */
    private static ByteBuffer content(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xFF;
        if (length >= 0x80) {
            int bytes = length & 0x7F;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | der.get() & 0xFF;
            }
        }
        ByteBuffer content = der.slice(der.position(), length);
        der.position(der.position() + length);
        return content;
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.write(tag);
        if (content.length < 0x80) {
            der.write(content.length);
        } else {
            der.write(0x82);
            der.write(content.length >> 8);
            der.write(content.length);
        }
        der.writeBytes(content);
        return der.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
